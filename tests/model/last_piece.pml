/* PEG's protocol for the last piece of something: spin tries every order of events.
 *
 * docs/protocol.md explains it. What can happen is bounded by these; see docs/protocol.md for more.
 */

#ifndef SALES
#define SALES 2
#endif
#ifndef CANCELS
#define CANCELS 1
#endif
#ifndef HANDS
#define HANDS 1                 /* a withdrawn listing is put back by hand */
#endif
#ifndef LOSSES
#define LOSSES 1                /* of a webhook, a request, or an answer */
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
/* Beyond what is promised: see "What it cannot promise". */
#ifndef ETSY_RESTOCKS
#define ETSY_RESTOCKS 0
#endif
#ifndef RENEWALS
#define RENEWALS 0
#endif

/* One step: nothing else happens between its guard and its end. */
#define STEP(guard, effect) d_step { guard -> effect; observe() }

#include "variants.pml"
#include "world.pml"
#include "peg.pml"
#include "judge.pml"
#include "intake.pml"
#include "readings.pml"
#include "proof.pml"
#include "figures.pml"
#include "listings.pml"

proctype world() {
end: do
    WORLD
    od
}

proctype peg() {
end: do
    INTAKE
    LOOKS
    PROVES(RAISE_S, S, dirty[S] && SHOULD_RAISE_S)
    PROVES(RAISE_E, E, dirty[E] && SHOULD_RAISE_E)
    PUSHES_FIGURE
    PUSHES_LISTING
    :: STEP(crashes_left && HAS_IN_MIND, crashes_left--; crash())
    od
}

init { atomic { run world(); run peg(); run judge() } }
