package dev.gantry.rkt;

import org.junit.jupiter.api.BeforeAll;

/** Kills of commands with pods of the crun flavour; half as many, for fetch and prepare are the same there. */
class CrunCrashTest extends CrashTest {

    @BeforeAll
    static void has_crun() {
        require_crun();
    }

    @Override
    protected String flavor() {
        return "crun";
    }

    @Override
    protected int kills() {
        return super.kills() / 2;
    }
}
