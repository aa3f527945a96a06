/* propagation/listings.py, listing_write.py and etsy/inventory.py: one write of the listing at a time.
 *
 * Etsy takes no condition. What was written is read back, and that is what we believe.
 */

#define SHOULD_WITHDRAW (m_pending[E] == NOTHING && !target[E] && m_state == ACTIVE && m_figure[E] > 0)
#define READ_ON_SALE (r_state == ACTIVE && r_figure > 0)

inline read_listing() { r_state = state; r_figure = quantity }

/* Looked at again: a write that is not to be seen, and one beside which the ring was sold. */
#define SOLD_BESIDE ((m_sold_since[E] || r_figure < m_figure[E]) && !IS(RECORD_OVER_A_SALE))

inline record(is_seen) {
    if
    :: is_seen && !SOLD_BESIDE -> m_state = r_state; note_seen(E, r_figure)
    :: else -> note_unanswered(E)
    fi;
    end_write_e()
}

inline decide_on_reading() {
    judge_listing(r_state, r_figure, !LAGS);
    retarget();
    note_sending(E, target[E]);
    if
    :: !target[E] && READ_ON_SALE -> at[WRITE_E] = WITHDRAW
    :: target[E] && r_state == SOLD_OUT ->                  /* to bring it back costs a fee */
        asked_fee = 1; put_off = 1; note_not_sent(E); end_write_e()
    :: target[E] && r_state == INACTIVE -> sends_raise(); at[WRITE_E] = ACTIVATE
    :: else -> record(1)                                    /* it shows what it should */
    fi
}

/* listing_write.py: the orders are taken in, then it is decided on the listing as it was just read;
 * if what is known of it has changed meanwhile, nothing is written. */
inline decide() {
    if :: !IS(RAISE_WITHOUT_PROOF) -> poll_etsy() :: else fi;
    if
    :: r_fresh || IS(RECORD_OVER_A_SALE) -> decide_on_reading()
    :: else -> end_write_e()
    fi
}

inline withdraw() { if :: state == ACTIVE -> state = INACTIVE :: else fi }

inline activate() { if :: state == INACTIVE -> raises(E); state = ACTIVE :: else fi }

inline check_withdrawn() {
    read_listing();
    if :: IS(BELIEVE_WITHDRAWN) -> r_state = INACTIVE; r_figure = m_figure[E] :: else fi;
    at[WRITE_E] = RECORD_WITHDRAWN
}

inline begin_restore() {
    if
    :: SHOULD_RAISE_E -> at[RAISE_E] = WRITING; read_listing(); r_fresh = 1; at[WRITE_E] = DECIDE
    :: else -> at[RAISE_E] = IDLE
    fi
}

/* A request that is lost is one answered with yes and without effect: both show when it is read. */
#define PUSHES_LISTING \
    :: STEP(dirty[E] && m_pending[E] == NOTHING && (E_IS_RIGHT || (!target[E] && !SHOULD_WITHDRAW)), \
            dirty[E] = 0) \
    :: STEP(at[WRITE_E] == IDLE && dirty[E] && SHOULD_WITHDRAW, \
            note_sending(E, m_figure[E]); at[WRITE_E] = WITHDRAW) \
    :: STEP(at[WRITE_E] == WITHDRAW, withdraw(); at[WRITE_E] = CHECK_WITHDRAWN) \
    :: STEP(at[WRITE_E] == WITHDRAW && losses_left, losses_left--; at[WRITE_E] = CHECK_WITHDRAWN) \
    :: STEP(at[WRITE_E] == CHECK_WITHDRAWN, check_withdrawn()) \
    :: STEP(at[WRITE_E] == RECORD_WITHDRAWN, record(!READ_ON_SALE)) \
    :: STEP(at[RAISE_E] == PLAN && at[WRITE_E] == IDLE, begin_restore()) \
    :: STEP(at[WRITE_E] == DECIDE, decide()) \
    :: STEP(at[WRITE_E] == ACTIVATE, activate(); at[WRITE_E] = CHECK_ACTIVE) \
    :: STEP(at[WRITE_E] == ACTIVATE && losses_left, losses_left--; at[WRITE_E] = CHECK_ACTIVE) \
    :: STEP(at[WRITE_E] == CHECK_ACTIVE, read_listing(); at[WRITE_E] = RECORD_ACTIVE) \
    :: STEP(at[WRITE_E] == RECORD_ACTIVE, record(r_state == ACTIVE))
