package dev.gantry.rkt.cli;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.cli.FlagSyntax.Kind;
import dev.gantry.rkt.cli.Flags.Flag;
import dev.gantry.rkt.config.ConfigDirectories;
import dev.gantry.rkt.config.Settings;
import dev.gantry.rkt.pod.Confinement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * The values of rkt's global flags.
 *
 * @param dataDirectory where rkt keeps images and pods, absolute
 * @param isDebug whether to tell more on standard error
 * @param insecure which checks are off
 * @param configuration the directories of the configuration
 * @param settings the configuration of rkt itself; a flag for the data directory supersedes it
 * @param areHttpsKeysTrusted whether keys that are fetched over HTTPS are trusted without a review
 */
record GlobalOptions(
        Path dataDirectory,
        boolean isDebug,
        Set<InsecureOption> insecure,
        ConfigDirectories configuration,
        Settings settings,
        boolean areHttpsKeysTrusted) {

    /** A check that {@code --insecure-options} turns off. */
    enum InsecureOption {
        /** Plain HTTP is allowed. */
        HTTP,
        /** Images need no signature. */
        IMAGE,
        /** Any certificate of a server is taken. */
        TLS,
        /** Trees are not checked before they are used; they never are here. */
        ONDISK,
        /** Keys are taken over plain HTTP. */
        PUBKEY,
        /** The app keeps all capabilities, as it always does in the fly flavour. */
        CAPABILITIES,
        /** No path of /proc and /sys is protected, as always in the fly flavour. */
        PATHS,
        /** No system call is filtered, as always in the fly flavour. */
        SECCOMP
    }

    /** The global flags. */
    static final FlagSyntax SYNTAX = FlagSyntax.none()
            .with(Kind.BOOL, "debug", "trust-keys-from-https")
            .with(Kind.VALUE, "dir", "insecure-options", "local-config", "system-config", "user-config");

    private static final Path DEFAULT_DIRECTORY = Path.of("/var/lib/rkt");

    GlobalOptions {
        insecure = Set.copyOf(insecure);
    }

    /** Reads the global flags out of all flags. */
    static GlobalOptions of(Flags flags) throws UsageException, RktException, IOException {
        ConfigDirectories configuration = configuration(flags);
        Settings settings = Settings.read(configuration);
        Path directory = settings.data().orElse(DEFAULT_DIRECTORY);
        Set<InsecureOption> insecure = EnumSet.noneOf(InsecureOption.class);
        for (Flag flag : flags.all()) {
            switch (flag.name()) {
                case "dir" -> directory = directory(flag);
                case "insecure-options" -> insecure = insecureOptions(flag);
                default -> {
                    // a flag of the command
                }
            }
        }
        return new GlobalOptions(
                directory,
                flags.isSet("debug"),
                insecure,
                configuration,
                settings,
                flags.isSet("trust-keys-from-https"));
    }

    /** Returns the protections of the host from apps. */
    Confinement confinement() {
        return new Confinement(
                !insecure.contains(InsecureOption.CAPABILITIES),
                !insecure.contains(InsecureOption.PATHS),
                !insecure.contains(InsecureOption.SECCOMP));
    }

    private static Path directory(Flag flag) throws UsageException {
        if (flag.value().isEmpty()) {
            throw UsageException.invalidValue(flag, "\"\" is not a valid directory");
        }
        return Path.of(flag.value()).toAbsolutePath().normalize();
    }

    /**
     * Reads the options of the last such flag, as rkt does (rkt/flag/optionlist.go). An empty flag removes no
     * protection.
     */
    private static Set<InsecureOption> insecureOptions(Flag flag) throws UsageException {
        Set<InsecureOption> options = EnumSet.noneOf(InsecureOption.class);
        if (flag.value().isEmpty()) {
            return options;
        }
        Set<String> words = new HashSet<>();
        for (String word : flag.value().toLowerCase(Locale.ROOT).split(",", -1)) {
            if (!words.add(word)) {
                throw UsageException.invalidValue(flag, "duplicated option \"%s\"".formatted(word));
            }
            switch (word) {
                case "none" -> {
                    // says that nothing is off
                }
                case "all" -> options.addAll(EnumSet.allOf(InsecureOption.class));
                case "all-fetch" ->
                    options.addAll(EnumSet.of(
                            InsecureOption.IMAGE, InsecureOption.TLS, InsecureOption.HTTP, InsecureOption.PUBKEY));
                case "all-run" ->
                    options.addAll(EnumSet.of(
                            InsecureOption.ONDISK,
                            InsecureOption.CAPABILITIES,
                            InsecureOption.PATHS,
                            InsecureOption.SECCOMP));
                default ->
                    options.add(Arrays.stream(InsecureOption.values())
                            .filter(option ->
                                    option.name().toLowerCase(Locale.ROOT).equals(word))
                            .findFirst()
                            .orElseThrow(
                                    () -> UsageException.invalidValue(flag, "unknown option \"%s\"".formatted(word))));
            }
        }
        return options;
    }

    private static ConfigDirectories configuration(Flags flags) {
        ConfigDirectories usual = ConfigDirectories.DEFAULT;
        return new ConfigDirectories(
                flags.last("system-config").map(Path::of).orElse(usual.system()),
                flags.last("local-config").map(Path::of).orElse(usual.local()),
                flags.last("user-config").filter(path -> !path.isEmpty()).map(Path::of));
    }
}
