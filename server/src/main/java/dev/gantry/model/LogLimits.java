package dev.gantry.model;

import dev.gantry.v1.LogConfig;

/**
 * How much of each output of a task is kept (Nomad's {@code logs} block).
 *
 * @param disabled whether nothing is kept
 * @param maxFiles how many files of an output there are at most, 1 or more
 * @param maxFileSizeMib how long a file is at most, in MiB, 1 or more
 */
public record LogLimits(boolean disabled, int maxFiles, int maxFileSizeMib) {

    private static final int BYTES_OF_MIB = 1 << 20;
    private static final int MAX_FILES = 10;
    private static final int MAX_FILE_SIZE_MIB = 10;

    /**
     * Applies the defaults of Nomad, 10 files of 10 MiB.
     *
     * @param config what the job says
     * @return the limits
     */
    public static LogLimits of(LogConfig config) {
        return new LogLimits(
                config.getDisabled(),
                config.hasMaxFiles() ? config.getMaxFiles() : MAX_FILES,
                config.hasMaxFileSizeMib() ? config.getMaxFileSizeMib() : MAX_FILE_SIZE_MIB);
    }

    /**
     * Says the same as a message, with nothing left to defaults.
     *
     * @return the message
     */
    public LogConfig toConfig() {
        return LogConfig.newBuilder()
                .setDisabled(disabled)
                .setMaxFiles(maxFiles)
                .setMaxFileSizeMib(maxFileSizeMib)
                .build();
    }

    /**
     * How long a file is at most, in bytes.
     *
     * @return 1 MiB or more
     */
    public long fileSize() {
        return (long) maxFileSizeMib * BYTES_OF_MIB;
    }
}
