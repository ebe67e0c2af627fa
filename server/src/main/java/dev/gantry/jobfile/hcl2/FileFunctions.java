package dev.gantry.jobfile.hcl2;

import dev.gantry.jobfile.hcl.Excerpt;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Functions on files, which the command line has and the server has not. */
final class FileFunctions {

    private static final int LARGEST = 1 << 20;

    private static final int MOST_ENTRIES = 10_000;

    private final Surroundings world;

    private FileFunctions(Surroundings world) {
        this.world = world;
    }

    static void addTo(Functions.Table table, Surroundings world) {
        FileFunctions files = new FileFunctions(world);
        table.add("file", 1, a -> Datum.text(files.text(a)));
        table.add("filebase64", 1, a -> Datum.text(Base64.getEncoder().encodeToString(files.bytes(a))));
        table.add("fileexists", 1, a -> new Datum.Bool(Files.isRegularFile(files.path(a))));
        table.add("fileset", 2, files::set);
        table.add(
                "abspath",
                1,
                a -> Datum.text(files.path(a).toAbsolutePath().normalize().toString()));
        table.add("basename", 1, a -> Datum.text(name(parsed(a, 0))));
        table.add("dirname", 1, a -> {
            Path parent = parsed(a, 0).getParent();
            return Datum.text(parent == null ? "." : parent.toString());
        });
    }

    private static String name(Path path) {
        return path.getFileName() == null ? "/" : path.getFileName().toString();
    }

    private static Path parsed(Arguments a, int index) {
        try {
            return Path.of(a.text(index));
        } catch (InvalidPathException e) {
            throw a.unfit(index, "a path");
        }
    }

    private Path path(Arguments a) {
        if (world.directory().isEmpty()) {
            throw a.fault(
                    a.count() - 1,
                    "%s reads files, which only the command line does for a file in a directory"
                            .formatted(a.function()));
        }
        return world.directory().get().resolve(parsed(a, 0));
    }

    private byte[] bytes(Arguments a) {
        Path path = path(a);
        if (!Files.isRegularFile(path)) {
            throw a.fault(
                    0, "there is no file %s: paths begin at the job file".formatted(Excerpt.quoted(path.toString())));
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw a.fault(0, "%s is larger than 1 MiB".formatted(Excerpt.quoted(path.toString())));
            }
            return bytes;
        } catch (IOException e) {
            throw a.fault(0, "%s can't be read: %s".formatted(Excerpt.quoted(path.toString()), e.getMessage()));
        }
    }

    private String text(Arguments a) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(a)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw a.fault(0, "this file is not UTF-8: read it with filebase64");
        }
    }

    private Datum set(Arguments a) {
        Path directory = path(a);
        PathMatcher matcher;
        try {
            matcher = FileSystems.getDefault().getPathMatcher("glob:" + a.text(1));
        } catch (IllegalArgumentException e) {
            throw a.unfit(1, "a pattern, such as \"*.conf\"");
        }
        try (Stream<Path> files = Files.walk(directory, 10).limit(MOST_ENTRIES + 1L)) {
            List<Path> found = files.toList();
            if (found.size() > MOST_ENTRIES) {
                throw a.fault(0, "this directory has more than %d entries".formatted(MOST_ENTRIES));
            }
            return Datum.Sequence.setOf(found.stream()
                    .filter(Files::isRegularFile)
                    .map(directory::relativize)
                    .filter(matcher::matches)
                    .map(file -> Datum.text(file.toString()))
                    .sorted(Comparator.comparing(Datum.Text::value))
                    .toList());
        } catch (IOException e) {
            throw a.fault(0, "%s can't be read: %s".formatted(Excerpt.quoted(directory.toString()), e.getMessage()));
        }
    }
}
