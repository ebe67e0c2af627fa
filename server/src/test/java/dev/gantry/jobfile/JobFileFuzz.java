package dev.gantry.jobfile;

import java.io.ByteArrayInputStream;

/** Reads any bytes as a job file, in HCL or JSON. */
public final class JobFileFuzz {

    private JobFileFuzz() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        FileFuzz.read(() -> JobFiles.read(FileFuzz.NAME, new ByteArrayInputStream(input)));
    }
}
