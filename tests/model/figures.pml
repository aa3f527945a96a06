/* propagation/figures.py: Shopify's figure is lowered at once, raised with its proof; both compared. */

/* Planned in the transaction that begins the write: what was planned before may be too much by now. */
inline begin_write() {
    w_basis = m_figure[S]; w_figure = target[S];
    note_sending(S, w_figure);
    at[WRITE_S] = SEND
}

inline begin_raise() {
    retarget();
    if
    :: SHOULD_RAISE_S -> sends_raise(); begin_write(); at[RAISE_S] = WRITING
    :: else -> at[RAISE_S] = IDLE
    fi
}

inline begin_as_planned() {
    sends_raise();
    w_basis = 0; w_figure = 1;
    note_sending(S, 1);
    at[WRITE_S] = SEND; at[RAISE_S] = WRITING
}

inline compare_and_set() {
    if
    :: figure == w_basis ->
        if :: w_figure > figure -> raises(S) :: else fi;
        figure = w_figure; at[WRITE_S] = SENT
    :: else -> at[WRITE_S] = STALE
    fi
}

/* A refused figure is never sent again: orders, reading, new decision. */
inline refused() {
    if
    :: IS(SEND_STALE_AGAIN) -> begins_proof(S); w_basis = figure; at[WRITE_S] = SEND
    :: else -> note_not_sent(S); poll_shopify(); look_at_shopify(); end_write_s()
    fi
}

/* Sent again are the same bytes under the same key: what was applied before is not applied again. */
#define PUSHES_FIGURE \
    :: STEP(dirty[S] && m_pending[S] == NOTHING && m_figure[S] == target[S], dirty[S] = 0) \
    :: STEP(dirty[S] && m_pending[S] == NOTHING && m_figure[S] > target[S], begin_write()) \
    :: STEP(at[RAISE_S] == PLAN && !IS(PLAN_TOO_EARLY), begin_raise()) \
    :: STEP(at[RAISE_S] == PLAN && IS(PLAN_TOO_EARLY), \
            at[RAISE_S] = (SHOULD_RAISE_S -> PLANNED : IDLE)) \
    :: STEP(at[RAISE_S] == PLANNED && at[WRITE_S] == IDLE, begin_as_planned()) \
    :: STEP(at[WRITE_S] == SEND, compare_and_set()) \
    :: STEP(at[WRITE_S] == SEND && losses_left, losses_left--; at[WRITE_S] = SEND_AGAIN) \
    :: STEP(at[WRITE_S] == SEND && losses_left, losses_left--; compare_and_set(); \
            at[WRITE_S] = (at[WRITE_S] == SENT -> APPLIED_UNHEARD : SEND_AGAIN)) \
    :: STEP(at[WRITE_S] == SEND_AGAIN, compare_and_set(); \
            at[WRITE_S] = (at[WRITE_S] == STALE -> UNKNOWN : SENT)) \
    :: STEP(at[WRITE_S] == APPLIED_UNHEARD, at[WRITE_S] = SENT) \
    :: STEP(at[WRITE_S] == APPLIED_UNHEARD, at[WRITE_S] = UNKNOWN) \
    :: STEP(at[WRITE_S] == SENT, note_seen(S, m_figure[S] + w_figure - w_basis); end_write_s()) \
    :: STEP(at[WRITE_S] == STALE, refused()) \
    :: STEP(at[WRITE_S] == UNKNOWN && !IS(SEND_STALE_AGAIN), note_unanswered(S); end_write_s()) \
    :: STEP(at[WRITE_S] == UNKNOWN && IS(SEND_STALE_AGAIN), refused())
