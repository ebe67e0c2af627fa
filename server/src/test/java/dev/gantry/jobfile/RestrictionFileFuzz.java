package dev.gantry.jobfile;

import java.io.ByteArrayInputStream;

/** Reads any bytes as the restrictions of a node. */
public final class RestrictionFileFuzz {

    private RestrictionFileFuzz() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        FileFuzz.read(() -> RestrictionFiles.read(FileFuzz.NAME, new ByteArrayInputStream(input)));
    }
}
