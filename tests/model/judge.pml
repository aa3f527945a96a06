/* The judge sees everything: what is true on the marketplaces, and what PEG believes. */

byte sold_before[2];            /* orders that were live when the proof of a raise began */
bit closed[2];                  /* PEG knows of the sale and holds this side to be off sale */
bit excused[2];                 /* others have put it back since */

/* What spin prints of a broken promise begins with its number. */
#define PROMISE(number, holds) assert(number && (holds))

#define HELD_OFF_S (m_figure[S] <= 0 && m_pending[S] == NOTHING && !m_may_rise[S])
#define HELD_OFF_E ((m_state != ACTIVE || m_figure[E] <= 0) && m_pending[E] == NOTHING && !m_may_rise[E])
#define POSTED(o) (applied[o] == SOLD)
#define KNOWN(o) (LIVE(o) && POSTED(o))
#define KNOWS_A_SALE (AVAILABLE <= 0 && (KNOWN(0) || KNOWN(1) || KNOWN(2) || KNOWN(3)))

/* After every step. */
inline observe() {
    PROMISE(1, case_open == (AVAILABLE < 0));
    PROMISE(2, committed == POSTED(0) + POSTED(1) + POSTED(2) + POSTED(3));
    if :: !SHOWS_S -> excused[S] = 0 :: else fi;
    if :: !SHOWS_E -> excused[E] = 0 :: else fi;
    if :: at[RAISE_S] == IDLE -> sold_before[S] = 0 :: else fi;
    if :: at[RAISE_E] == IDLE -> sold_before[E] = 0 :: else fi;
    if :: CLAIMS == 0 -> closed[S] = 0; closed[E] = 0 :: else fi;
    if :: KNOWS_A_SALE && HELD_OFF_S && !excused[S] -> closed[S] = 1 :: else fi;
    if :: KNOWS_A_SALE && HELD_OFF_E && !excused[E] -> closed[E] = 1 :: else fi
}

/* Others have put back what PEG may hold to be off sale: it answers for that once it has looked. */
inline put_back(m) { excused[m] = 1; closed[m] = 0 }

/* Sold twice only while the window is open. */
inline sells(m) { PROMISE(5, CLAIMS == 0 || !closed[m]) }

/* The book allows a raise when it is sent, and it covers no sale from before its proof began. */
inline begins_proof(m) {
    sold_before[m] = LIVE(0) | (LIVE(1) << 1) | (LIVE(2) << 2) | (LIVE(3) << 3)
}

inline sends_raise() { PROMISE(3, AVAILABLE > 0) }

#define COVERS(m, o) (((sold_before[m] >> o) & 1) && LIVE(o))

inline raises(m) { PROMISE(3, !COVERS(m, 0) && !COVERS(m, 1) && !COVERS(m, 2) && !COVERS(m, 3)) }

/* What was acknowledged is kept, whatever a crash forgets. */
#define LOST(i) (letter[i] == ACKNOWLEDGED)

inline forgets() {
    PROMISE(6, !LOST(0) && !LOST(1) && !LOST(2) && !LOST(3));
    PROMISE(6, !LOST(4) && !LOST(5) && !LOST(6) && !LOST(7))
}

/* When nothing more can happen: each order is posted, a double sale has its case, each side shows its
 * target, and nobody was asked without a cause. Etsy's fee is a person's to pay. */
#define APPLIED(o) (applied[o] == order[o])
#define COSTS_A_FEE (asked_fee && state == SOLD_OUT)
#define SOMEBODY_ACTED (HANDS || ETSY_RESTOCKS)

proctype judge() {
    timeout ->
    PROMISE(2, APPLIED(0) && APPLIED(1) && APPLIED(2) && APPLIED(3));
    PROMISE(5, case_open == (CLAIMS > 1));
    PROMISE(4, target[S] == (CLAIMS == 0) && target[E] == (CLAIMS == 0));
    PROMISE(4, figure == target[S]);
    PROMISE(4, SHOWS_E == target[E] || COSTS_A_FEE);
    PROMISE(4, !parked && (!asked_extra || SOMEBODY_ACTED))
}
