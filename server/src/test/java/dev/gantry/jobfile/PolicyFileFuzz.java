package dev.gantry.jobfile;

import java.io.ByteArrayInputStream;

/** Reads any bytes as a policy. */
public final class PolicyFileFuzz {

    private PolicyFileFuzz() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        FileFuzz.read(() -> PolicyFiles.read(FileFuzz.NAME, new ByteArrayInputStream(input)));
    }
}
