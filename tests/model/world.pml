/* The world outside PEG: two marketplaces, their buyers, a person, and what gets lost.
 *
 * One ring is left. Shopify shows a figure, Etsy a listing that is active, inactive or sold out.
 * What a marketplace does to its own figures it does at once; when it tells of it is another matter.
 */

#define S 0                     /* Shopify: compares and sets a figure */
#define E 1                     /* Etsy: takes a listing on and off sale, without a condition */
#define ORDERS 4                /* two on each side: order o was placed on o / 2 */
#define PLACED_ON(o) ((o) / 2)

#define NO_ORDER 0
#define SOLD 1
#define BACK 2                  /* cancelled, and the ring is on the shelf again */

#define ACTIVE 0
#define INACTIVE 1
#define SOLD_OUT 2

#define NO_LETTER 0
#define WAITING 1               /* a webhook: sent again until it is kept, then in the inbox */
#define ACKNOWLEDGED 2          /* and not kept yet: of a variant only */

byte order[ORDERS];
bit unlisted[ORDERS];           /* Etsy's lists of receipts do not show it yet */
byte letter[8];                 /* of order o: that it was sold (2o), that it is back (2o + 1) */
short figure = 1;               /* Shopify's */
byte state = ACTIVE;            /* Etsy's, with its quantity */
byte quantity = 1;
bit may_restock[2];             /* a cancelled ring that the marketplace has not put back yet */

byte sales_left = SALES, cancels_left = CANCELS, hands_left = HANDS;
byte losses_left = LOSSES, crashes_left = CRASHES;

#define LIVE(o) (order[o] == SOLD)
#define CLAIMS (LIVE(0) + LIVE(1) + LIVE(2) + LIVE(3))
#define SHOWS_S (figure > 0)
#define SHOWS_E (state == ACTIVE && quantity > 0)

inline place(o) {
    order[o] = SOLD;
    letter[2 * (o)] = WAITING;
    sales_left--
}

inline buy_on_shopify() {
    sells(S);
    if :: order[0] == NO_ORDER -> place(0) :: else -> place(1) fi;
    figure--
}

inline buy_on_etsy(is_unlisted) {
    sells(E);
    if
    :: order[2] == NO_ORDER -> place(2); unlisted[2] = is_unlisted
    :: else -> place(3); unlisted[3] = is_unlisted
    fi;
    quantity--;
    if :: quantity == 0 -> state = SOLD_OUT :: else fi
}

inline cancel(o) {
    order[o] = BACK;
    letter[2 * (o) + 1] = WAITING;
    may_restock[PLACED_ON(o)] = 1;
    cancels_left--
}

inline activate_by_hand() {
    hands_left--;
    if :: quantity == 0 -> quantity = 1 :: else fi;
    state = ACTIVE;
    put_back(E)
}

inline etsy_restocks() {
    may_restock[E] = 0;
    quantity++;
    state = ACTIVE;
    put_back(E)
}

#define CANCELS_ORDER(o) STEP(cancels_left && LIVE(o), cancel(o))
#define LISTS(o) STEP(unlisted[o], unlisted[o] = 0)
#define LOSES(i) STEP(losses_left && letter[i] == WAITING, letter[i] = NO_LETTER; losses_left--)

#define WORLD \
    :: STEP(sales_left && SHOWS_S && order[1] == NO_ORDER, buy_on_shopify()) \
    :: STEP(sales_left && SHOWS_E && order[3] == NO_ORDER, buy_on_etsy(0)) \
    :: STEP(sales_left && SHOWS_E && order[3] == NO_ORDER, buy_on_etsy(1)) \
    :: LISTS(2) :: LISTS(3) \
    :: CANCELS_ORDER(0) :: CANCELS_ORDER(1) :: CANCELS_ORDER(2) :: CANCELS_ORDER(3) \
    :: STEP(may_restock[S], may_restock[S] = 0; figure++; put_back(S)) \
    :: STEP(may_restock[E], may_restock[E] = 0) \
    :: STEP(may_restock[E] && ETSY_RESTOCKS, etsy_restocks()) \
    :: STEP(hands_left && (state == INACTIVE || (RENEWALS && state == SOLD_OUT)), activate_by_hand()) \
    :: LOSES(0) :: LOSES(1) :: LOSES(2) :: LOSES(3) \
    :: LOSES(4) :: LOSES(5) :: LOSES(6) :: LOSES(7)
