/* PEG: what it keeps in its database, and what it only has in mind, which a crash forgets. */

#define NOTHING (-1)            /* no write is under way */

byte applied[ORDERS];           /* of each order, the newest state that was posted */
short committed;                /* the book: rings sold, and */
short suspended[2];             /* rings missed on a marketplace whose order was not seen */
bit case_open;
bit outbox;                     /* StockChanged, staged with the posting */

short m_figure[2] = 1;          /* the mirror: what each marketplace is believed to show */
byte m_state = ACTIVE;
short m_pending[2] = NOTHING;   /* the figure of a write that is under way, or got no answer */
bit m_unanswered[2];
byte m_sold_since[2];           /* rings taken off for orders since that write was sent */
byte m_may_rise[2];             /* cancelled rings that the marketplace may put back by itself */

bit target[2] = 1;
bit dirty[2];                   /* not yet seen to show its newest target */
bit put_off;                    /* Etsy is not tried again for an hour */
byte seen_more[2];              /* so many more than expected were seen once */
bit asked_extra, asked_fee, parked;     /* questions to a person */

#define AVAILABLE (1 - committed - suspended[S] - suspended[E])
#define UNDER_WAY(m) (m_pending[m] != NOTHING && !m_unanswered[m])

/* In mind: where each task is, what it has read, and what it is about to write. */
#define RAISE_S 0
#define RAISE_E 1
#define WRITE_S 2
#define WRITE_E 3

mtype = { IDLE, PROVE_S, POLL, PLAN, PLANNED, WRITING,
          SEND, SEND_AGAIN, APPLIED_UNHEARD, SENT, STALE, UNKNOWN,
          WITHDRAW, CHECK_WITHDRAWN, RECORD_WITHDRAWN,
          DECIDE, ACTIVATE, CHECK_ACTIVE, RECORD_ACTIVE };

mtype at[4] = IDLE;
short w_basis, w_figure;        /* Shopify's write */
byte r_figure, r_state;         /* Etsy's listing, read for its write */
bit r_fresh;                    /* and the mirror has not changed since */

/* The mirror's version is raised: a reading that began before is outdated. */
inline mirror_changed(m) { if :: m == E -> r_fresh = 0 :: else fi }

inline note_sending(m, shown) {
    m_pending[m] = shown; m_sold_since[m] = 0; m_unanswered[m] = 0; mirror_changed(m)
}

inline note_not_sent(m) {
    m_pending[m] = NOTHING; m_sold_since[m] = 0; m_unanswered[m] = 0; mirror_changed(m)
}

inline note_unanswered(m) { m_unanswered[m] = 1; mirror_changed(m) }

inline note_seen(m, shown) { m_figure[m] = shown; note_not_sent(m) }

inline end_write_s() {
    at[WRITE_S] = IDLE; w_basis = 0; w_figure = 0;
    if :: at[RAISE_S] == WRITING -> at[RAISE_S] = IDLE :: else fi
}

inline end_write_e() {
    at[WRITE_E] = IDLE; r_figure = 0; r_state = 0; r_fresh = 0;
    if :: at[RAISE_E] == WRITING -> at[RAISE_E] = IDLE :: else fi
}

inline note_interrupted(m) {
    if :: m_pending[m] != NOTHING && !IS(FORGET_INTERRUPTED) -> note_unanswered(m) :: else fi
}

/* A crash in which nothing can be forgotten is none. */
#define HAS_IN_MIND (at[RAISE_S] != IDLE || at[RAISE_E] != IDLE || at[WRITE_S] != IDLE || \
                     at[WRITE_E] != IDLE || outbox || \
                     letter[0] == ACKNOWLEDGED || letter[4] == ACKNOWLEDGED)

/* Killed, and begun again: the writes that were under way will never be answered. */
inline crash() {
    forgets();
    at[RAISE_S] = IDLE; at[RAISE_E] = IDLE;
    end_write_s(); end_write_e();
    note_interrupted(S); note_interrupted(E);
    if :: IS(DROP_THE_OUTBOX) -> outbox = 0 :: else fi
}
