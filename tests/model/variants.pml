/* The protocol, and what becomes of it without one of its rules: spin -DVARIANT=ITS_NAME.
 *
 * Each is one line where the rule stands, `IS(ITS_NAME)`, and must break the promise named here.
 */

#define HONEST 0
#define APPLY_AGAIN 1           /* I2: an order told twice counts twice */
#define POST_DELTAS 2           /* I2: a cancellation gives back what was never taken */
#define IGNORE_CANCELLED 3      /* I2: cancelled receipts are passed over */
#define SKIP_THE_RECEIPTS 4     /* I2: Etsy's orders are known by webhooks only */
#define ACKNOWLEDGE_FIRST 5     /* I6: a webhook is acknowledged before it is kept */
#define OPEN_NO_CASE 6          /* I1: sold below zero without a case */
#define DROP_THE_OUTBOX 7       /* I4: the news of a posting is only in mind */
#define FORGET_INTERRUPTED 8    /* I4: after a crash, writes under way are waited for */
#define IGNORE_GHOSTS 9         /* I4: what is back on sale by hand is taken for granted */
#define SEND_STALE_AGAIN 10     /* I5: a refused figure is sent again on what stands there now */
#define RAISE_WITHOUT_PROOF 11  /* I3: raised as soon as the book allows it */
#define PLAN_TOO_EARLY 12       /* I3: planned before the transaction that begins the write */
#define MISS_NOTHING 13         /* I3: a missing ring is not held until its order is seen */
#define OVERLOOK_SOLD_OUT 14    /* I3: a withdrawn listing that is sold out raises no question */
#define BELIEVE_WITHDRAWN 15    /* I5: Etsy's listing is written without the second read */
#define RECORD_OVER_A_SALE 16   /* I5: what was read back is believed, though a sale came after it */
#define JUDGE_WHILE_WRITING 17  /* I4: a reading is judged while our own write is under way */
#define CONCLUDE_AT_ONCE 18     /* I3: an unheard answer is guessed before the orders are read */
#define GUESS_THE_RETURN 19     /* I5: an unheard answer is guessed while Shopify may put a ring back */

#ifndef VARIANT
#define VARIANT HONEST
#endif
#define IS(name) (VARIANT == name)
