package dev.gantry.rkt;

import org.junit.jupiter.api.BeforeAll;

/** The arguments, environment, user and files of an app of the crun flavour. */
class CrunAppSettingsTest extends AppSettingsTest {

    @BeforeAll
    static void has_crun() {
        require_crun();
    }

    @Override
    protected String flavor() {
        return "crun";
    }
}
