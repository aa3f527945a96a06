/* intake/readings.py, judgement.py and doubts.py: what a fresh reading means, and what follows.
 *
 * A look is one step here: a reading that is still fresh when it is taken in says the same as when it
 * was read, and one that is not fresh only has the offer read again.
 */

hidden short above, highest, more;
hidden byte explained, ghost;

inline suspend(m, pieces) {             /* held on all channels until an order explains it */
    if
    :: !IS(MISS_NOTHING) ->
        allowed = AVAILABLE;
        suspended[m] = suspended[m] + pieces;
        posted(allowed);
        explained = 0
    :: else
    fi
}

inline stayed(m) {                      /* the write that got no answer was not applied */
    seen_more[m] = 0;
    if :: m_unanswered[m] -> note_not_sent(m); dirty[m] = 1 :: else fi
}

inline came_back(m, shown) {            /* by the marketplace's doing, or nobody had bought it */
    note_seen(m, shown);
    if
    :: more > m_may_rise[m] ->
        allowed = AVAILABLE;
        suspended[m] = suspended[m] - (more - m_may_rise[m]);
        m_may_rise[m] = 0;
        posted(allowed)
    :: else -> m_may_rise[m] = m_may_rise[m] - more
    fi;
    dirty[m] = 1
}

inline shows_more(m, shown, orders_read) {      /* believed when seen twice, the orders read between */
    explained = 0;
    if
    :: seen_more[m] == more && orders_read ->
        seen_more[m] = 0; note_seen(m, shown); asked_extra = 1; dirty[m] = 1
    :: else -> seen_more[m] = more
    fi
}

#define AFTER_SALES(m) (m_pending[m] - m_sold_since[m])
#define IS_WRITTEN(m, shown) \
    (m_pending[m] != NOTHING && (shown == m_pending[m] || shown == AFTER_SALES(m)))

inline nearest(candidate, shown) {
    if :: candidate > shown && candidate < above -> above = candidate :: else fi;
    if :: candidate > highest -> highest = candidate :: else fi
}

inline measure(m, shown) {              /* above: the nearest figure that would be our own */
    above = 99; highest = -99;
    nearest(m_figure[m], shown);
    if
    :: m_pending[m] != NOTHING -> nearest(m_pending[m], shown); nearest(AFTER_SALES(m), shown)
    :: else
    fi;
    more = shown - highest
}

inline unexpected(m, shown, orders_read) {
    measure(m, shown);
    if
    :: above != 99 -> seen_more[m] = 0; suspend(m, above - shown); note_seen(m, shown)
    :: above == 99 && more <= m_may_rise[m] + suspended[m] -> seen_more[m] = 0; came_back(m, shown)
    :: else -> shows_more(m, shown, orders_read)
    fi
}

inline judge_figure(m, shown, orders_read) {
    if
    :: shown == m_figure[m] -> stayed(m)
    :: shown != m_figure[m] && IS_WRITTEN(m, shown) -> seen_more[m] = 0; note_seen(m, shown)
    :: else -> unexpected(m, shown, orders_read)
    fi
}

/* Off sale on purpose it keeps whatever number it had; sold out meanwhile, it has been on sale. */
#define STAYED_OFF(seen) (m_state != ACTIVE && seen != ACTIVE && \
                          (m_state == SOLD_OUT || seen != SOLD_OUT || IS(OVERLOOK_SOLD_OUT)))

inline judge_listing(seen, shown, orders_read) {
    ghost = (m_state != ACTIVE && seen == ACTIVE && !m_unanswered[E] && !IS(IGNORE_GHOSTS));
    if
    :: m_state == ACTIVE && seen == INACTIVE && !m_unanswered[E] -> parked = 1
    :: else
    fi;
    if :: STAYED_OFF(seen) -> stayed(E) :: else -> judge_figure(E, shown, orders_read) fi;
    if :: ghost -> explained = 0; mirror_changed(E); dirty[E] = 1 :: else fi;
    m_state = seen
}

#define LAGS (unlisted[2] || unlisted[3])
#define DIFFERS_S (figure != m_figure[S] || m_unanswered[S])
#define DIFFERS_E (state != m_state || m_unanswered[E] || (!STAYED_OFF(state) && quantity != m_figure[E]))
#define BEING_WRITTEN(m) (UNDER_WAY(m) && !IS(JUDGE_WHILE_WRITING))

/* A write that got no answer, and a cancelled ring that Shopify is about to put back: the figure may be
 * either without the write, or with it and the ring. */
#define RISEN(from) (figure >= (from) && figure <= (from) + m_may_rise[S])
#define MAY_BE_EITHER (RISEN(m_figure[S]) && (RISEN(m_pending[S]) || RISEN(AFTER_SALES(S))))
#define RETURNS_UNHEARD (m_unanswered[S] && m_may_rise[S] && may_restock[S] && MAY_BE_EITHER && \
                         !IS(GUESS_THE_RETURN))

/* What is being written says nothing before its answer, nor what may be either before the ring is back;
 * nor does a surplus on Etsy while sales from before it may be unlisted. */
#define SAYS_NOTHING_S (BEING_WRITTEN(S) || RETURNS_UNHEARD)
#define SAYS_NOTHING_E ((BEING_WRITTEN(E) && DIFFERS_E) || \
                        (seen_more[E] && quantity == m_figure[E] + seen_more[E] && LAGS))

/* Shopify always puts a cancelled ring back: it has by now, whatever we wrote. */
inline count_the_return() {
    if
    :: m_unanswered[S] && m_may_rise[S] && !may_restock[S] && !IS(GUESS_THE_RETURN) ->
        m_figure[S] = m_figure[S] + m_may_rise[S]; m_pending[S] = m_pending[S] + m_may_rise[S];
        m_may_rise[S] = 0
    :: else
    fi
}

/* What became of a write that got no answer only tells if the orders are read after the offer: a sale
 * looks alike. If they bring one, the reading is outdated, and the offer is read again. */
#define TELLS_LATER(m, untold) (m_unanswered[m] && untold && !IS(CONCLUDE_AT_ONCE))

inline look_at_shopify() {
    explained = 1;
    count_the_return();
    if :: seen_more[S] -> poll_shopify() :: else fi;
    if
    :: TELLS_LATER(S, UNTOLD_S) -> poll_shopify(); explained = 0
    :: else -> judge_figure(S, figure, 1)
    fi
}

inline look_at_etsy() {
    explained = 1;
    if :: seen_more[E] -> poll_etsy() :: else fi;
    if
    :: TELLS_LATER(E, UNTOLD_E) -> poll_etsy(); explained = 0
    :: else -> judge_listing(state, quantity, !LAGS)
    fi
}

/* Not back by its time: Shopify always shows it again, so somebody took it; Etsy leaves it to us. */
inline overdue_on_shopify() { suspend(S, m_may_rise[S]); m_may_rise[S] = 0; note_seen(S, figure) }

inline overdue_on_etsy() { m_may_rise[E] = 0; mirror_changed(E); dirty[E] = 1 }

#define IS_OVERDUE(m) (m_may_rise[m] && !may_restock[m])

#define LOOKS \
    :: STEP(!SAYS_NOTHING_S && DIFFERS_S, look_at_shopify()) \
    :: STEP(!SAYS_NOTHING_E && DIFFERS_E, look_at_etsy()) \
    :: STEP(IS_OVERDUE(S) && !SAYS_NOTHING_S && !DIFFERS_S, overdue_on_shopify()) \
    :: STEP(IS_OVERDUE(E) && !SAYS_NOTHING_E && !DIFFERS_E, overdue_on_etsy())
