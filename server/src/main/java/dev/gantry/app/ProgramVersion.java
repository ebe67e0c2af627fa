package dev.gantry.app;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** This program's version. */
final class ProgramVersion {

    private static final String COMMIT = "Gantry-Commit";

    private ProgramVersion() {}

    /** Returns the version in the jar's manifest; "development" for classes outside of a jar. */
    static String get() {
        return Optional.ofNullable(ProgramVersion.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    /**
     * Returns the lines of {@code gantry version}: the version, the commit it was built from if known, and the Java
     * that runs it.
     */
    static List<String> lines() {
        return Stream.of(
                        Optional.of("gantry " + get()),
                        commit().map(commit -> "commit " + commit),
                        Optional.of("Java %s (%s, %s)"
                                .formatted(
                                        System.getProperty("java.version"),
                                        System.getProperty("java.vendor"),
                                        System.getProperty("java.home"))))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<String> commit() {
        URL self = ProgramVersion.class.getResource("ProgramVersion.class");
        try {
            URLConnection connection = self.openConnection();
            return connection instanceof JarURLConnection jar
                    ? Optional.ofNullable(jar.getMainAttributes().getValue(COMMIT))
                            .filter(commit -> !commit.isBlank())
                    : Optional.empty();
        } catch (IOException e) {
            throw new IllegalStateException("This program's own jar can't be read any more: " + self, e);
        }
    }
}
