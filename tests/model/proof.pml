/* propagation/proof.py: every offer of the ring read afresh and explained, then all orders taken in. */

#define SHOULD_RAISE_S (m_pending[S] == NOTHING && m_figure[S] < target[S] && !m_may_rise[S])
#define E_IS_RIGHT (m_state == ACTIVE && m_figure[E] == target[E])
#define SHOULD_RAISE_E \
    (m_pending[E] == NOTHING && target[E] && !E_IS_RIGHT && !m_may_rise[E] && !parked && !put_off)

#define PROVES(w, m, wanted) \
    :: STEP(at[w] == IDLE && wanted && IS(RAISE_WITHOUT_PROOF), begins_proof(m); at[w] = PLAN) \
    :: STEP(at[w] == IDLE && wanted && !SAYS_NOTHING_E && !SAYS_NOTHING_S && !IS(RAISE_WITHOUT_PROOF), \
            begins_proof(m); look_at_etsy(); at[w] = (explained -> PROVE_S : IDLE)) \
    :: STEP(at[w] == PROVE_S, \
            if \
            :: SAYS_NOTHING_S -> at[w] = IDLE \
            :: else -> look_at_shopify(); at[w] = (explained -> POLL : IDLE) \
            fi) \
    :: STEP(at[w] == POLL, poll_etsy(); poll_shopify(); retarget(); at[w] = PLAN)
