package dev.gantry.rkt;

import org.junit.jupiter.api.BeforeAll;

/** The settings of images, with apps of the crun flavour. */
class CrunImageSettingsTest extends ImageSettingsTest {

    @BeforeAll
    static void has_crun() {
        require_crun();
    }

    @Override
    protected String flavor() {
        return "crun";
    }
}
