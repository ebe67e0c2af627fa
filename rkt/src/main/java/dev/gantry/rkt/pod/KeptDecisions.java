package dev.gantry.rkt.pod;

import dev.gantry.rkt.PrivateDirectory;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.ImageManifest;
import dev.gantry.rkt.image.FileTrees;
import dev.gantry.rkt.image.StoredImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A cache of prepared pods, from which prepare.sh makes equal pods without a JVM. prepare.sh documents the content and
 * the key. The oldest entries above a limit are deleted.
 */
public final class KeptDecisions {

    private static final int MOST = 32;

    private final Path directory;

    /**
     * Opens them.
     *
     * @param dataDirectory the data directory
     */
    public KeptDecisions(Path dataDirectory) {
        this.directory = dataDirectory.resolve("decisions");
    }

    /**
     * Caches a decision, if its files depend only on parts of the key. Writes the pod once more, of the template.
     *
     * @param template the decision to cache
     * @param pod the directory of the complete pod that was made for this command line
     * @param images the images of its apps
     * @param warnings the warnings of its preparation
     * @throws IOException if it can't be written
     * @throws RktException if the template can't be planned
     */
    public void keep(DecisionTemplate template, Path pod, List<StoredImage> images, List<String> warnings)
            throws IOException, RktException {
        if (!dependsOnKeyOnly(pod, template.request(), images)) {
            return;
        }
        PrivateDirectory.create(directory);
        Path fresh = Files.createDirectory(directory.resolve("new-" + UUID.randomUUID()));
        String uuid = UUID.randomUUID().toString();
        Path general = Files.createDirectory(fresh.resolve(uuid));
        List<String> said = new ArrayList<>();
        PodPlan plan = PodPlan.of(template.request(), images, said::add);
        new PodWriter(general, said::add).write(plan, Instant.EPOCH, template.request());
        Files.copy(pod.resolve("run-flags"), general.resolve("run-flags"));
        Files.delete(general.resolve("created"));
        if (!said.equals(warnings) || !isEqual(general, template, pod)) {
            FileTrees.delete(fresh);
            return;
        }
        Files.writeString(
                fresh.resolve("fill"),
                fillScript(general, List.copyOf(template.values().keySet())),
                StandardCharsets.ISO_8859_1);
        write(
                fresh,
                "images",
                images.stream().map(image -> image.lastUsedFile().toString()).toList());
        write(fresh, "absent", names(template.request()));
        write(fresh, "warnings", warnings);
        Files.move(general, fresh.resolve("pod"));
        publish(fresh, directory.resolve(template.key()));
        removeOldest();
    }

    /** Returns true if prepare.sh would make the pod that was made from the template. */
    private static boolean isEqual(Path general, DecisionTemplate template, Path pod) throws IOException {
        for (Path file : files(general)) {
            String text = template.filled(read(file))
                    .replace(general.getFileName().toString(), pod.getFileName().toString());
            Path made = pod.resolve(general.relativize(file));
            if (!Files.isRegularFile(made, LinkOption.NOFOLLOW_LINKS) || !text.equals(read(made))) {
                return false;
            }
        }
        return true;
    }

    /** Returns false for a pod that depends on loaded AppArmor profiles, or on an image file: the key has neither. */
    private static boolean dependsOnKeyOnly(Path pod, PodRequest request, List<StoredImage> images) throws IOException {
        try (DirectoryStream<Path> apps = Files.newDirectoryStream(pod.resolve("app"))) {
            for (Path app : apps) {
                if (!Files.isSymbolicLink(app.resolve(PodWriter.TREE))) {
                    return false;
                }
            }
        }
        return images.stream().noneMatch(KeptDecisions::wantsAppArmor)
                && request.apps().stream().noneMatch(app -> isFile(app.image()));
    }

    private static boolean wantsAppArmor(StoredImage image) {
        return image.manifest().app().stream()
                .flatMap(app -> ImageManifest.objects(app, "isolators").stream())
                .anyMatch(isolator -> isolator.get("name").getAsString().equals(Isolators.APPARMOR));
    }

    private static boolean isFile(String image) {
        return image.startsWith("file:")
                || image.startsWith("/")
                || image.contains("\n")
                || Files.exists(Path.of(image));
    }

    /** Returns the references that would mean files if such files existed. */
    private static List<String> names(PodRequest request) {
        return request.apps().stream()
                .map(AppRequest::image)
                .filter(image -> !image.contains("://"))
                .toList();
    }

    /**
     * Returns a script of the shell that writes the files of a pod in which something differs from pod to pod. It runs no
     * program.
     *
     * @param general the directory of the pod of the template, named by its UUID
     * @param placeholders what stands for the values, in their order
     */
    private static String fillScript(Path general, List<String> placeholders) throws IOException, RktException {
        Map<String, String> variables = new LinkedHashMap<>();
        for (int i = 0; i < placeholders.size(); i++) {
            variables.put(placeholders.get(i), "\"$value_" + i + '"');
        }
        variables.put(general.getFileName().toString(), "\"$uuid\"");
        Pattern changing =
                Pattern.compile(variables.keySet().stream().map(Pattern::quote).collect(Collectors.joining("|")));
        StringBuilder script = new StringBuilder();
        for (Path file : files(general)) {
            String content = read(file);
            Matcher found = changing.matcher(content);
            int end = 0;
            StringBuilder words = new StringBuilder();
            while (found.find()) {
                words.append(' ')
                        .append(ShellWords.quote(content.substring(end, found.start())))
                        .append(variables.get(found.group()));
                end = found.end();
            }
            if (end > 0) {
                script.append("printf %s")
                        .append(words)
                        .append(ShellWords.quote(content.substring(end)))
                        .append(" > \"$pod\"/")
                        .append(ShellWords.quote(general.relativize(file).toString()))
                        .append(" || return 1\n");
            }
        }
        return script.toString();
    }

    private static List<Path> files(Path top) throws IOException {
        try (Stream<Path> files = Files.walk(top)) {
            return files.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        }
    }

    /** Each byte becomes a character, whatever the encoding. */
    private static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    /** Moves a decision to its place, unless another process has kept the same decision at the same time. */
    private static void publish(Path fresh, Path place) throws IOException {
        try {
            Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            FileTrees.delete(fresh);
            if (!Files.isDirectory(place)) {
                throw e;
            }
        }
    }

    /** Deletes the oldest decisions above the limit. Unfinished ones of killed processes count as well. */
    private void removeOldest() throws IOException {
        Map<Path, FileTime> kept = new LinkedHashMap<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory)) {
            for (Path decision : found) {
                kept.put(decision, timeOf(decision));
            }
        }
        List<Path> oldestFirst = kept.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .toList();
        for (Path decision : oldestFirst.subList(0, Math.max(0, oldestFirst.size() - MOST))) {
            remove(decision);
        }
    }

    /**
     * Renames the entry before it deletes it. prepare.sh may be copying the entry, and a copy is valid only if the
     * entry is still in place afterwards.
     */
    private void remove(Path decision) throws IOException {
        Path gone = directory.resolve("gone-" + UUID.randomUUID());
        try {
            Files.move(decision, gone, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            return;
        }
        FileTrees.delete(gone);
    }

    /** Returns the time of a decision; the earliest time if another process has removed the decision. */
    private static FileTime timeOf(Path decision) throws IOException {
        try {
            return Files.getLastModifiedTime(decision);
        } catch (NoSuchFileException e) {
            return FileTime.fromMillis(0);
        }
    }

    private static void write(Path directory, String name, List<String> lines) throws IOException {
        Files.write(directory.resolve(name), lines);
    }
}
