package dev.gantry.rkt;

import org.junit.jupiter.api.BeforeAll;

class CrunExportTest extends ExportTest {

    @BeforeAll
    static void has_crun() {
        require_crun();
    }

    @Override
    protected String flavor() {
        return "crun";
    }
}
