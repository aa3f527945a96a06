/* intake and ledger: what an order's newest snapshot says is posted once. */

hidden short allowed;

inline posted(before) {                 /* the case and the news, in the same transaction */
    case_open = (AVAILABLE < 0 && !IS(OPEN_NO_CASE));
    if :: AVAILABLE != before -> outbox = 1 :: else fi
}

/* intake/orders.py: what the marketplace did to its own figures. A missed ring is explained. */
inline follow(o, m, told) {
    if
    :: applied[o] == NO_ORDER && suspended[m] > 0 -> suspended[m]--
    :: applied[o] == NO_ORDER && suspended[m] <= 0 ->
        m_figure[m]--;
        if :: m_pending[m] != NOTHING -> m_sold_since[m]++ :: else fi
    :: else
    fi;
    if :: told == BACK -> m_may_rise[m]++ :: else fi;
    mirror_changed(m)
}

#define TOLD_AGAIN(o, told) (IS(APPLY_AGAIN) && told == SOLD && applied[o] == SOLD)
#define GIVEN_BACK(o, told) (IS(POST_DELTAS) -> told == BACK : applied[o] == SOLD && !TOLD_AGAIN(o, told))

/* ledger/orders.py: the difference to what was applied is posted; an older word says nothing. */
inline take_in(o, told) {
    if
    :: told > applied[o] || TOLD_AGAIN(o, told) ->
        allowed = AVAILABLE;
        follow(o, PLACED_ON(o), told);
        committed = committed + (told == SOLD) - GIVEN_BACK(o, told);
        applied[o] = told;
        posted(allowed)
    :: else
    fi
}

#define IS_LISTED(o) \
    (!unlisted[o] && !IS(SKIP_THE_RECEIPTS) && !(IS(IGNORE_CANCELLED) && order[o] == BACK))
#define UNTOLD_S (order[0] > applied[0] || order[1] > applied[1])
#define UNTOLD_E ((IS_LISTED(2) && order[2] > applied[2]) || (IS_LISTED(3) && order[3] > applied[3]))

inline take_in_if_listed(o) { if :: IS_LISTED(o) -> take_in(o, order[o]) :: else fi }

inline poll_shopify() { take_in(0, order[0]); take_in(1, order[1]) }

inline poll_etsy() { take_in_if_listed(2); take_in_if_listed(3) }

inline retarget() {
    if
    :: target[S] != (AVAILABLE > 0) ->
        target[S] = (AVAILABLE > 0); target[E] = target[S];
        dirty[S] = 1; dirty[E] = 1; put_off = 0
    :: else
    fi
}

/* A webhook is kept, acknowledged, and worked on later: from outside, that is one waiting. Shopify's
 * tells how the order stood then; at Etsy's word the order is fetched as it is. */
#define ARRIVED(i) (letter[i] == (IS(ACKNOWLEDGE_FIRST) -> ACKNOWLEDGED : WAITING))
/* The first webhook of either side is enough to show it. */
#define ACKNOWLEDGES(i) \
    STEP(letter[i] == WAITING && IS(ACKNOWLEDGE_FIRST), letter[i] = ACKNOWLEDGED)
#define ACCEPTS_S(i) STEP(ARRIVED(i), letter[i] = NO_LETTER; take_in((i) / 2, (i) % 2 + 1))
#define ACCEPTS_E(i) STEP(ARRIVED(i), letter[i] = NO_LETTER; take_in((i) / 2, order[(i) / 2]))

/* Webhooks, the polls below them, and the relay. A poll that brings nothing new changes nothing. */
#define INTAKE \
    :: ACKNOWLEDGES(0) :: ACKNOWLEDGES(4) \
    :: ACCEPTS_S(0) :: ACCEPTS_S(1) :: ACCEPTS_S(2) :: ACCEPTS_S(3) \
    :: ACCEPTS_E(4) :: ACCEPTS_E(5) :: ACCEPTS_E(6) :: ACCEPTS_E(7) \
    :: STEP(UNTOLD_S, poll_shopify()) \
    :: STEP(UNTOLD_E, poll_etsy()) \
    :: STEP(outbox, outbox = 0; retarget())
