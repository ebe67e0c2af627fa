package dev.gantry.rkt;

import org.junit.jupiter.api.BeforeAll;

/** Kept decisions of pods of the crun flavour. */
class CrunKeptDecisionsTest extends KeptDecisionsTest {

    @BeforeAll
    static void has_crun() {
        require_crun();
    }

    @Override
    protected String flavor() {
        return "crun";
    }
}
