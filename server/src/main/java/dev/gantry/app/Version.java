package dev.gantry.app;

import java.util.Optional;

/** This program's version. */
final class Version {

    private Version() {}

    /** As in the jar's manifest; "development" for classes that are in no jar. */
    static String get() {
        return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                .orElse("development");
    }
}
