/*
 * The protocol of claim, intent, PUT, answer, commit, kill, resume, late write and undo, for two operations on one room
 * that follow each other (a chain of lines: A to B, then B to C), two workers and two kills.
 *
 * `scripts/model/check` goes through every interleaving. What the model covers and what it leaves out is in the article
 * Architecture, "A model of the protocol". The properties are assertions; each has the name of the promise it stands for.
 *
 * Left out on purpose: several rooms (operations on different rooms share nothing), deferred conversations, chains of
 * more than two, and time but for one assumption: a write that the server has under way ends within the wait that comes
 * before a room that is still at its old visitor is written again, and before an undo begins.
 */

#ifndef KILLS
#define KILLS 2
#endif
#ifndef TIMEOUTS
#define TIMEOUTS 1 /* answers that never arrive */
#endif
#ifndef REFUSALS
#define REFUSALS 1 /* answers that exclude that the PUT was applied: 429, or a definite no */
#endif
#ifndef DOUBLES
#define DOUBLES 1 /* PUTs that a proxy delivers twice */
#endif
#ifndef STOPS
#define STOPS 1 /* operations that a signal gives back */
#endif
#ifndef PEOPLE
#define PEOPLE 1 /* moves by hand */
#endif

#define MAX_ATTEMPTS 2
#define SLOTS 4
#define NOBODY 9

/* Visitors. X is in no line of the mapping. */
#define A 0
#define B 1
#define C 2
#define X 3

mtype = { none, pending, sent, moved, already, conflict, refused, failed, unknown };
mtype = { free, arrived, compared, answered };
mtype = { applied, notOwner, rateLimited, no };

/* The server: the room's visitor, and PUTs that it has at hand. It compares and writes in two steps. */
byte room = A;
mtype put[SLOTS] = free;
mtype answer[SLOTS] = no;
byte operationOf[SLOTS];
byte sender[SLOTS] = NOBODY;
byte sentFrom[SLOTS];
byte sentTo[SLOTS];
bool isSecond[SLOTS]; /* delivered before, by a proxy that tries twice */
/* Since a worker's last PUT the room was written: `_updatedAt` says so. */
bool isWritten[2] = true;

/* The journal: durable. */
mtype state[2] = pending;
bool mayHaveMoved[2];
bool isUndo;
mtype before[2] = none; /* what the run made of its operations, once the undo is planned */

/* The process that works on it. */
byte epoch = 0;
bool isOver;
bool looksFirst;
bool isCarrying[2];

byte kills = KILLS, timeouts = TIMEOUTS, refusals = REFUSALS, doubles = DOUBLES, stops = STOPS, people = PEOPLE;

/* What only the model knows. */
byte mayBeOurs[2]; /* PUTs of an operation that left and whose answer did not exclude them */
bool wasApplied[2];
bool isDisowned;
bool isMissed[2]; /* the room was not there, and nobody has looked yet */
bool isLeaving[2]; /* nothing is waited for any more: a kill now cannot tell whether the PUT left */
byte live[2]; /* requests of a living process for an operation */

/* An undo goes the same way back, last step first. */
inline ends(i) {
    if
    :: !isUndo && i == 0 -> old = A; new = B
    :: !isUndo && i == 1 -> old = B; new = C
    :: isUndo && i == 0 -> old = C; new = B
    :: isUndo && i == 1 -> old = B; new = A
    fi
}

#define isSettled(s) (s == none || s == moved || s == already || s == conflict || s == refused)
#define isFollowed(i) (i == 0 && state[1] != none)
#define isClaimable(i) (state[i] == pending && (mayHaveMoved[i] || i == 0 || isSettled(state[0])))
#define isQuiet(i) (!((put[0] != free && operationOf[0] == i) || (put[1] != free && operationOf[1] == i) || \
    (put[2] != free && operationOf[2] == i) || (put[3] != free && operationOf[3] == i)))
/* A room seen at its old visitor may still be written by a PUT of ours: before anything rests on what was seen, that is
   waited for. Sending the last step of a chain again needs no wait: the late write would do the same. */
#define mustWait (hasDoubt && !wasQuiet && !(repeatsAtOnce && !isRefused))
#define isIdle (put[0] == free && put[1] == free && put[2] == free && put[3] == free)

inline write(visitor) {
    room = visitor;
    isWritten[0] = true;
    isWritten[1] = true
}

/* MARK: The server */

inline serve(s) {
    if
    :: put[s] == arrived && refusals > 0 && !isSecond[s] ->
        refusals--;
        put[s] = answered;
        if
        :: answer[s] = rateLimited
        :: answer[s] = no
        fi
    :: put[s] == arrived && room == sentFrom[s] -> put[s] = compared
    :: put[s] == arrived && room != sentFrom[s] -> put[s] = answered; answer[s] = notOwner
    :: put[s] == compared ->
        write(sentTo[s]);
        wasApplied[operationOf[s]] = true;
        if
        :: put[s] = answered; answer[s] = applied
        :: doubles > 0 -> doubles--; put[s] = arrived; isSecond[s] = true
        fi
    fi;
    /* Nobody waits for the answer of a PUT whose sender is gone. */
    if
    :: put[s] == answered && sender[s] == NOBODY -> clear(s)
    :: else
    fi
}

inline clear(s) {
    put[s] = free;
    answer[s] = no;
    operationOf[s] = 0;
    sender[s] = NOBODY;
    sentFrom[s] = 0;
    sentTo[s] = 0;
    isSecond[s] = false
}

#define isBusy(s) (put[s] == arrived || put[s] == compared)

active proctype Server() {
end:
    do
    :: atomic { isBusy(0) -> serve(0) }
    :: atomic { isBusy(1) -> serve(1) }
    :: atomic { isBusy(2) -> serve(2) }
    :: atomic { isBusy(3) -> serve(3) }
    :: isOver && isIdle -> break
    od
}

/* Moves the room by hand, to anybody. */
active proctype Person() {
end:
    do
    :: atomic {
        people > 0 && !isOver ->
        people--;
        if
        :: write(A)
        :: write(B)
        :: write(C)
        :: write(X)
        fi
    }
    :: isOver -> break
    od
}

/* MARK: The process: two workers, each carries one operation at a time through its machine */

inline settle(outcome) {
    /* Nobody else's room is ours: a move is credited only if a PUT of ours may have been applied. */
    assert(outcome != moved || mayBeOurs[i] > 0);
    /* Nothing is counted twice. */
    assert(state[i] == sent);
    state[i] = outcome;
    isMissed[i] = false;
    mayHaveMoved[i] = hasDoubt
}

/* A PUT that a proxy delivered twice without a look before it is told by the instant of the room's last write alone. Whoever
   ends between that PUT and the look forgets it: the room counts as moved by others, which is the harmless mistake. */
inline disown(o) {
    if
    :: isMissed[o] -> isMissed[o] = false; wasApplied[o] = false; isDisowned = true
    :: else
    fi
}

inline giveBack() {
    state[i] = pending;
    mayHaveMoved[i] = hasDoubt;
    isLeaving[i] = false;
    disown(i)
}

inline forget() {
    isWritten[w] = true;
    isCarrying[w] = false;
    found = 0;
    i = 0;
    s = SLOTS;
    hasDoubt = false;
    isDeclared = false;
    sawAtOld = false;
    wasQuiet = false;
    repeatsAtOnce = false;
    isRefused = false;
    didMiss = false;
    troubles = 0;
    old = 0;
    new = 0
}

proctype Worker(byte w) {
    byte mine, i, s, old, new, troubles, found;
    bool hasDoubt, isDeclared, sawAtOld, wasQuiet, repeatsAtOnce, isRefused, didMiss;

begin:
    atomic { forget(); mine = epoch }
    {
        do
        :: atomic {
            /* A claim; where nothing has to wait it declares the intent as well. */
            (isClaimable(0) || isClaimable(1)) && (w == 0 || isCarrying[0]) ->
            if
            :: isClaimable(0) && (mayHaveMoved[0] || !(isClaimable(1) && mayHaveMoved[1])) -> i = 0
            :: isClaimable(1) && (mayHaveMoved[1] || !(isClaimable(0) && mayHaveMoved[0])) -> i = 1
            fi;
            state[i] = sent;
            hasDoubt = mayHaveMoved[i];
            ends(i);
            repeatsAtOnce = hasDoubt && !isFollowed(i);
            isCarrying[w] = true;
            if
            :: !hasDoubt && !looksFirst ->
                mayHaveMoved[i] = true;
                isDeclared = true;
                isLeaving[i] = true
            :: true
            fi
        };
            if
            :: hasDoubt || looksFirst -> goto look
            :: else -> goto move
            fi;

look:
            /* A stop gives the operation back, with what is known of it. */
            if
            :: atomic {
                stops > 0 -> stops--;
                giveBack();
                forget();
                goto next
            }
            :: atomic {
                found = room;
                if
                :: found == new && (hasDoubt || (didMiss && isWritten[w])) ->
                    hasDoubt = true;
                    settle(moved)
                :: found == new && !(hasDoubt || (didMiss && isWritten[w])) ->
                    /* What we moved is not taken for somebody else's: an undo would leave it. */
                    assert(!wasApplied[i]);
                    settle(already)
                :: found != new && found != old ->
                    if
                    :: isFollowed(i) && ((!isUndo && found == C) || (isUndo && found == A)) -> settle(already)
                    :: else -> settle(conflict)
                    fi
                :: found == old && mustWait -> wasQuiet = true; found = 0; goto wait
                :: found == old && !mustWait && isRefused -> settle(refused)
                :: found == old && !mustWait && !isRefused && troubles >= MAX_ATTEMPTS -> settle(failed)
                :: found == old && !mustWait && !isRefused && troubles < MAX_ATTEMPTS ->
                    if
                    :: didMiss -> troubles++
                    :: else
                    fi;
                    sawAtOld = true;
                    found = 0;
                    goto move
                fi;
                forget();
                goto next
            }
            fi;

wait:
            isQuiet(i);
            goto look;

move:
            /* The intent is durable before the PUT leaves. A kill can come between the two. */
            if
            :: atomic {
                stops > 0 -> stops--;
                giveBack();
                forget();
                goto next
            }
            :: atomic {
                /* The pace or the server makes it wait after all. */
                isDeclared -> isDeclared = false;
                isLeaving[i] = false;
                mayHaveMoved[i] = false
            };
                goto move
            :: true
            fi;
            atomic {
                isDeclared = false;
                mayHaveMoved[i] = true;
                isLeaving[i] = true
            };
            atomic {
                assert(mayHaveMoved[i]);
                /* Operations on one room never overlap. */
                assert(live[0] == 0 && live[1] == 0);
                if
                :: put[0] == free -> s = 0
                :: put[0] != free && put[1] == free -> s = 1
                :: put[0] != free && put[1] != free && put[2] == free -> s = 2
                :: put[0] != free && put[1] != free && put[2] != free && put[3] == free -> s = 3
                fi;
                put[s] = arrived;
                operationOf[s] = i;
                sender[s] = w;
                /* No room is moved that the mapping did not ask for. */
                assert((!isUndo && ((old == A && new == B) || (old == B && new == C)))
                    || (isUndo && ((old == C && new == B && before[1] == moved) || (old == B && new == A && before[0] == moved))));
                sentFrom[s] = old;
                sentTo[s] = new;
                isLeaving[i] = false;
                live[i]++;
                mayBeOurs[i]++;
                isWritten[w] = false
            };

            if
            :: atomic {
                put[s] == answered ->
                live[i]--;
                if
                :: answer[s] == applied -> clear(s); s = SLOTS; hasDoubt = true; settle(moved); forget(); goto next
                :: answer[s] == rateLimited ->
                    clear(s); s = SLOTS;
                    goto withdraw
                :: answer[s] == no ->
                    mayBeOurs[i]--;
                    clear(s); s = SLOTS;
                    if
                    :: !hasDoubt -> settle(refused); forget(); goto next
                    :: else -> isRefused = true; goto look
                    fi
                :: answer[s] == notOwner ->
                    clear(s); s = SLOTS;
                    didMiss = true;
                    hasDoubt = hasDoubt || sawAtOld;
                    if
                    :: hasDoubt -> goto look
                    :: else -> goto withdraw
                    fi
                fi
            }
            :: atomic {
                /* The answer is lost: the PUT goes its way alone. */
                timeouts > 0 && put[s] != answered -> timeouts--;
                live[i]--;
                sender[s] = NOBODY;
                s = SLOTS;
                hasDoubt = true;
                wasQuiet = false;
                repeatsAtOnce = false;
                didMiss = false;
                troubles++;
                goto look
            }
            fi;

withdraw:
            /* This PUT was certainly not applied, or nothing says so yet: what follows may take long. */
            atomic {
                if
                :: !hasDoubt -> mayHaveMoved[i] = false
                :: else
                fi;
                if
                :: didMiss -> isMissed[i] = wasApplied[i]
                :: else -> mayBeOurs[i]--
                fi;
                if
                :: didMiss || looksFirst -> goto look
                :: else -> goto move
                fi
            };

next:
            skip
        :: isOver -> break
        od
    } unless { epoch != mine -> goto begin }
}

/* MARK: Kill, resume, end */

inline end_of_job() {
    /* Where no person and no forgotten move had a hand in it, the room is where the journal says. */
    if
    :: isDisowned
    :: !isDisowned && people == PEOPLE && isSettled(state[0]) && isSettled(state[1]) && !isUndo ->
        assert(state[1] != moved || room == C);
        assert(!(state[0] == moved && state[1] != moved) || room == B);
        assert(state[0] == moved || state[1] == moved || room == A)
    :: !isDisowned && people == PEOPLE && isUndo && isSettled(state[0]) && isSettled(state[1]) ->
        /* An undo restores what this job did. */
        assert(!(state[1] == moved) || room == A);
        assert(!(state[0] == moved && state[1] == none) || room == B)
    :: else
    fi
}

init {
    byte o;
    atomic {
        if
        :: looksFirst = true
        :: looksFirst = false
        fi;
        run Worker(0);
        run Worker(1)
    };
    do
    :: atomic {
        /* A kill at any instant; the next process makes what was claimed pending and keeps the doubt. */
        kills > 0 && !isOver ->
        kills--;
        for (o : 0 .. SLOTS - 1) {
            if
            :: put[o] == answered -> clear(o)
            :: put[o] == arrived || put[o] == compared -> sender[o] = NOBODY
            :: else
            fi
        }
        for (o : 0 .. 1) {
            live[o] = 0;
            disown(o);
            if
            :: isLeaving[o] -> isLeaving[o] = false; mayBeOurs[o]++
            :: else
            fi;
            if
            :: state[o] == sent || state[o] == failed || state[o] == unknown -> state[o] = pending
            :: else
            fi
        }
        o = 0;
        epoch++
    }
    :: atomic {
        /* Nothing is left to claim, and nothing is under way. */
        !isClaimable(0) && !isClaimable(1) && state[0] != sent && state[1] != sent && isIdle && !isOver ->
        end_of_job();
        if
        :: !isUndo ->
            /* The undo is a plan of what was moved, complete or not there at all. */
            isUndo = true;
            before[0] = state[0];
            before[1] = state[1];
            if
            :: before[1] == moved -> state[0] = pending
            :: else -> state[0] = none
            fi;
            if
            :: before[0] == moved -> state[1] = pending
            :: else -> state[1] = none
            fi;
            mayHaveMoved[0] = false;
            mayHaveMoved[1] = false;
            mayBeOurs[0] = 0;
            mayBeOurs[1] = 0;
            wasApplied[0] = false;
            wasApplied[1] = false
        :: else -> isOver = true; break
        fi
    }
    od
}
