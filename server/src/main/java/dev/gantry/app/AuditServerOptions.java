package dev.gantry.app;

import dev.gantry.audit.AuditOptions;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The command line options of a server's audit log. */
final class AuditServerOptions {

    private static final String OFF = "off";
    private static final long MEBIBYTE = 1024 * 1024;
    private static final int MOST_MEBIBYTES = 1024 * 1024;
    private static final int MOST_FILES = 10_000;

    @Option(
            names = "--audit-log",
            paramLabel = "FILE",
            description =
                    "The file that calls are recorded in; off: none. Default: server/audit.log in the data directory.")
    private String file;

    @Option(
            names = "--audit-max-size",
            paramLabel = "MIB",
            description =
                    "The size of the audit log, in MiB, at which it is renamed to FILE.1 and begun anew. Default: "
                            + AuditOptions.DEFAULT_MAX_MEBIBYTES + ".")
    private int maxMebibytes = AuditOptions.DEFAULT_MAX_MEBIBYTES;

    @Option(
            names = "--audit-max-files",
            paramLabel = "N",
            description = "How many files of the audit log are kept, FILE included. Default: "
                    + AuditOptions.DEFAULT_MAX_FILES + ".")
    private int maxFiles = AuditOptions.DEFAULT_MAX_FILES;

    @Option(names = "--audit-sync", description = "Answers a call only when its line in the audit log is on disk.")
    private boolean sync;

    @Option(names = "--audit-required", description = "Refuses calls that can't be recorded in the audit log.")
    private boolean required;

    /**
     * Makes the options of the audit log.
     *
     * @param dir the directory of the server's database
     * @return the options; empty if calls are not recorded
     * @throws IllegalArgumentException if a value can't be used
     */
    Optional<AuditOptions> toAudit(Path dir) {
        requireBetween("--audit-max-size", maxMebibytes, MOST_MEBIBYTES);
        requireBetween("--audit-max-files", maxFiles, MOST_FILES);
        if (OFF.equals(file)) {
            if (sync || required) {
                throw new IllegalArgumentException(
                        "--audit-log off excludes --audit-sync and --audit-required: nothing is recorded");
            }
            return Optional.empty();
        }
        return Optional.of(new AuditOptions(
                file == null ? dir.resolve("audit.log") : Path.of(file),
                maxMebibytes * MEBIBYTE,
                maxFiles,
                sync,
                required));
    }

    private static void requireBetween(String option, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException("%s must be 1 to %d, not %d".formatted(option, most, value));
        }
    }
}
