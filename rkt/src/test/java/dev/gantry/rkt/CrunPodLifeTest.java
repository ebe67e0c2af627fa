package dev.gantry.rkt;

import org.junit.jupiter.api.BeforeAll;

/** A pod of the crun flavour from prepare to rm. */
class CrunPodLifeTest extends PodLifeTest {

    @BeforeAll
    static void has_crun() {
        require_crun();
    }

    @Override
    protected String flavor() {
        return "crun";
    }
}
