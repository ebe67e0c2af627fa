package dev.gantry.rkt.config;

import com.google.gson.JsonObject;
import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The configuration of rkt itself: the files of {@code paths.d} and {@code stage1.d} (rkt
 * Documentation/configuration.md, kinds {@code paths} and {@code stage1}, version {@code v1}). For commands that start
 * no JVM, paths.awk reads the former.
 *
 * @param data where images and pods are kept
 * @param stage1Images the directory of stage1 images; shown only: this runtime has no stage1 images
 * @param stage1 the name of the stage1 for pods whose flags name none
 * @param stage1Version its version
 * @param stage1Location the location of its image; only shown
 */
public record Settings(
        Optional<Path> data,
        Optional<String> stage1Images,
        Optional<String> stage1,
        Optional<String> stage1Version,
        Optional<String> stage1Location) {

    private static final Settings NONE =
            new Settings(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * Reads the files of configuration directories.
     *
     * @param directories the directories; missing ones are skipped
     * @return the settings; each is from the last directory that sets it
     * @throws RktException if a file is invalid, or two files of one directory set the same key
     * @throws IOException if a file can't be read
     */
    public static Settings read(ConfigDirectories directories) throws IOException, RktException {
        Settings settings = NONE;
        for (Path directory : directories.inOrder()) {
            Settings here = NONE;
            for (Path file : ConfigFile.in(directory.resolve("paths.d"))) {
                JsonObject json = ConfigFile.read(file, "paths");
                here = here.join(
                        file,
                        new Settings(
                                absolute(file, json),
                                text(json, "stage1-images"),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()));
            }
            for (Path file : ConfigFile.in(directory.resolve("stage1.d"))) {
                JsonObject json = ConfigFile.read(file, "stage1");
                here = here.join(
                        file,
                        new Settings(
                                Optional.empty(),
                                Optional.empty(),
                                text(json, "name"),
                                text(json, "version"),
                                text(json, "location")));
            }
            settings = here.or(settings);
        }
        return settings;
    }

    /** Returns these settings and those of another file of the same directory. */
    private Settings join(Path file, Settings other) throws RktException {
        requireNotBoth(file, "data", data, other.data);
        requireNotBoth(file, "stage1-images", stage1Images, other.stage1Images);
        requireNotBoth(file, "name", stage1, other.stage1);
        requireNotBoth(file, "location", stage1Location, other.stage1Location);
        return or(other);
    }

    /** Returns these settings, with the others as defaults. */
    private Settings or(Settings others) {
        return new Settings(
                data.or(others::data),
                stage1Images.or(others::stage1Images),
                stage1.or(others::stage1),
                // A version belongs to the name in the same file.
                stage1.isPresent() ? stage1Version : others.stage1Version,
                stage1Location.or(others::stage1Location));
    }

    private static void requireNotBoth(Path file, String member, Optional<?> one, Optional<?> other)
            throws RktException {
        if (one.isPresent() && other.isPresent()) {
            throw ConfigFile.invalid(file, "another file of its directory sets %s too".formatted(member));
        }
    }

    private static Optional<Path> absolute(Path file, JsonObject json) throws RktException {
        Optional<Path> data = text(json, "data").map(Path::of);
        if (data.isPresent() && !data.get().isAbsolute()) {
            throw ConfigFile.invalid(file, "data must be an absolute path");
        }
        return data.map(Path::normalize);
    }

    private static Optional<String> text(JsonObject json, String member) {
        return json.has(member) && !json.get(member).getAsString().isEmpty()
                ? Optional.of(json.get(member).getAsString())
                : Optional.empty();
    }
}
