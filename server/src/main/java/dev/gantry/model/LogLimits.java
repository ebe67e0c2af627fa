package dev.gantry.model;

import dev.gantry.v1.LogConfig;

/**
 * The limits of a task's logs (Nomad's {@code logs} block).
 *
 * @param disabled true if no output is kept
 * @param maxFiles the most files of an output, at least 1
 * @param maxFileSizeMib the largest size of a file in MiB, at least 1
 */
public record LogLimits(boolean disabled, int maxFiles, int maxFileSizeMib) {

    private static final int BYTES_OF_MIB = 1 << 20;
    private static final int MAX_FILES = 10;
    private static final int MAX_FILE_SIZE_MIB = 10;

    /**
     * Applies Nomad's defaults, 10 files of 10 MiB.
     *
     * @param config the job's {@code logs} block
     * @return the limits
     */
    public static LogLimits of(LogConfig config) {
        return new LogLimits(
                config.getDisabled(),
                config.hasMaxFiles() ? config.getMaxFiles() : MAX_FILES,
                config.hasMaxFileSizeMib() ? config.getMaxFileSizeMib() : MAX_FILE_SIZE_MIB);
    }

    /**
     * Converts the limits to a message in which all fields are set.
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
     * Returns the largest size of a file in bytes.
     *
     * @return 1 MiB or more
     */
    public long fileSize() {
        return (long) maxFileSizeMib * BYTES_OF_MIB;
    }
}
