package dev.gantry.rkt;

import org.junit.jupiter.api.BeforeAll;

/** What an app of the crun flavour sees. */
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
