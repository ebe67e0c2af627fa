package dev.gantry.node.artifact;

import dev.gantry.driver.TaskDirectory;
import dev.gantry.files.DurableFile;
import dev.gantry.files.FileTrees;
import dev.gantry.files.IoFailures;
import dev.gantry.model.ArtifactChecksum;
import dev.gantry.model.ArtifactDestination;
import dev.gantry.model.ArtifactSource;
import dev.gantry.model.ArtifactSource.Archive;
import dev.gantry.model.ArtifactSource.Kind;
import dev.gantry.restriction.Restrictions;
import dev.gantry.v1.ArtifactMode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the artifacts of tasks. Used by the threads of tasks, of which a few at a time fetch.
 *
 * <p>As in Nomad, an artifact is fetched once for an allocation: a restart of the task finds it there. A file in the
 * allocation's directory, which tasks don't see, remembers what was fetched.
 */
public final class Artifacts {

    private static final Logger LOG = LoggerFactory.getLogger(Artifacts.class);

    private static final int BUFFER_BYTES = 1 << 16;

    private final ArtifactSettings settings;
    private final ServerGuard guard;
    private final HttpDownload http;
    private final GitCheckout git;
    private final Optional<Path> gitProgram;
    private final DownloadStore store;
    private final FetchTurns turns = new FetchTurns(
            ArtifactSettings.AT_ONCE, ArtifactSettings.LASTING, ArtifactSettings.BRIEF, System::nanoTime);

    /** Who unpacks: some formats take much memory, whatever their servers do. */
    private final Semaphore unpackings = new Semaphore(ArtifactSettings.AT_ONCE, true);

    /**
     * Makes it.
     *
     * @param settings what the owner of the node has set
     * @param restrictions where artifacts may come from
     * @param downloads the directory of downloads; it exists, and only the node's user can enter it
     * @param path the directories of programs, separated by colons, in which git is looked for
     * @param clock gives the times of uses of downloads
     */
    public Artifacts(
            ArtifactSettings settings, Restrictions restrictions, Path downloads, String path, InstantSource clock) {
        this(settings, new ServerGuard(restrictions, InetAddress::getAllByName), downloads, path, clock);
    }

    /** Makes it with a guard of its own. */
    Artifacts(ArtifactSettings settings, ServerGuard guard, Path downloads, String path, InstantSource clock) {
        this.settings = settings;
        this.guard = guard;
        this.http = new HttpDownload(guard, settings);
        this.gitProgram = GitCheckout.find(path);
        this.git = new GitCheckout(gitProgram, guard, settings);
        this.store = new DownloadStore(downloads, settings.cacheBytes(), clock);
    }

    /** Returns the attributes of the node that tell which artifacts it can fetch. */
    public Map<String, String> attributes() {
        Map<String, String> attributes = new TreeMap<>();
        attributes.put("artifact.http", "1");
        gitProgram.ifPresent(program -> attributes.put("artifact.git", "1"));
        if (!settings.directories().isEmpty()) {
            attributes.put("artifact.file", "1");
        }
        return attributes;
    }

    /**
     * Deletes downloads that are too much.
     *
     * @throws IOException if that fails
     */
    public void collectGarbage() throws IOException {
        store.collect();
    }

    /**
     * Returns those that were not fetched yet for an allocation.
     *
     * @param artifacts the artifacts of a task
     * @param directory the directory of the task
     * @throws IOException if it can't be read what was fetched
     */
    public List<ArtifactRequest> missing(List<ArtifactRequest> artifacts, TaskDirectory directory) throws IOException {
        if (artifacts.isEmpty()) {
            return artifacts;
        }
        Set<String> fetched = fetched(directory);
        return artifacts.stream()
                .filter(artifact -> !fetched.contains(artifact.id()))
                .toList();
    }

    /**
     * Fetches an artifact, and puts it into the task's directory. Waits for a turn first.
     *
     * @param artifact the artifact
     * @param directory the directory of the task, which exists
     * @param told is called with the reason if the wait is long, on this thread
     * @throws ArtifactException if it can't be fetched; the message names it
     * @throws InterruptedException if the thread is interrupted
     * @throws IOException if the directory of the node fails
     */
    public void fetch(ArtifactRequest artifact, TaskDirectory directory, Consumer<String> told)
            throws ArtifactException, InterruptedException, IOException {
        // Several tasks of an allocation fetch at the same time.
        Path staging = Files.createDirectories(directory.artifacts(), DurableFile.OWNER_ONLY_DIRECTORY)
                .resolve(directory.task());
        try {
            Wanted wanted = wanted(artifact);
            FetchTurns.Turn turn = turns.take(
                    new FetchTurns.Wish(artifact.job(), wanted.server(), wanted.key()), settings.patience(), told);
            try {
                Deadline deadline = Deadline.in(settings.timeout());
                FileTrees.delete(staging);
                Files.createDirectory(staging, DurableFile.OWNER_ONLY_DIRECTORY);
                new Fetch(artifact, wanted, directory, staging, deadline).run();
                remember(artifact, directory);
            } finally {
                turn.close();
            }
        } catch (ArtifactException e) {
            throw e.of(artifact.written());
        } catch (IOException | UncheckedIOException | DirectoryIteratorException e) {
            throw new ArtifactException("the node's disk: " + IoFailures.reason(e), e).of(artifact.written());
        } finally {
            clean(staging);
        }
    }

    /**
     * What an artifact is, once it is read and allowed.
     *
     * @param source where it is
     * @param destination the way to the destination
     * @param headers the headers for its server, credentials among them
     */
    private record Wanted(ArtifactSource source, List<String> destination, Map<String, String> headers) {

        /**
         * Returns the key of a download: of what is asked for, and how, so that only who may fetch it gets what is kept;
         * empty for what is not downloaded into the store.
         */
        Optional<String> key() {
            if (source.kind() != Kind.HTTP) {
                return Optional.empty();
            }
            MessageDigest digest = new ArtifactChecksum("sha256", "").digest();
            List<String> parts = new ArrayList<>();
            parts.add(source.uri().toString());
            parts.add(source.checksum().map(ArtifactChecksum::toString).orElse(""));
            headers.forEach((name, value) -> {
                parts.add(name.toLowerCase(Locale.ROOT));
                parts.add(value);
            });
            parts.forEach(part -> digest.update((part.length() + ":" + part).getBytes(StandardCharsets.UTF_8)));
            return Optional.of(HexFormat.of().formatHex(digest.digest()));
        }

        /** Returns the server; empty for what is on the machine. */
        Optional<String> server() {
            return Optional.ofNullable(source.uri().getHost()).map(host -> host.toLowerCase(Locale.ROOT));
        }

        /** Leaves out what may be secret. */
        @Override
        public String toString() {
            return "Wanted[%s]".formatted(source.kind());
        }
    }

    private Wanted wanted(ArtifactRequest artifact) throws ArtifactException {
        ArtifactSource source = source(artifact);
        List<String> destination = ArtifactDestination.names(artifact.destination())
                .orElseThrow(() -> ArtifactException.invalid(
                        "the destination is not within the task's directory: name one below local/ or secrets/"));
        guard.check(source);
        return new Wanted(source, destination, headers(artifact, source));
    }

    private static ArtifactSource source(ArtifactRequest artifact) throws ArtifactException {
        if (ArtifactSource.namesServerByVariable(artifact.written())) {
            throw ArtifactException.invalid("a variable names the server: it may stand in the path and the query");
        }
        ArtifactSource source;
        try {
            source = ArtifactSource.parse(artifact.source(), artifact.options());
        } catch (ArtifactSource.InvalidException e) {
            throw ArtifactException.invalid(
                    e.option().map(option -> "option " + option).orElse("the source") + " " + e.getMessage());
        }
        if (source.kind() != Kind.HTTP && artifact.hasSecrets()) {
            // All users of the machine could see it among the arguments of git.
            throw ArtifactException.invalid(
                    "the source has a variable in it, which only one of https:// or http:// may: use it in headers");
        }
        return source;
    }

    private Map<String, String> headers(ArtifactRequest artifact, ArtifactSource source) throws ArtifactException {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        if (source.uri().getScheme().equals("file")) {
            return headers;
        }
        try {
            headers.putAll(ArtifactCredentials.read(settings.credentials()).headers(source.uri()));
        } catch (IOException e) {
            throw new ArtifactException("the node's file of credentials: " + IoFailures.reason(e), e);
        }
        // What the job says counts more.
        headers.putAll(artifact.headers());
        return headers;
    }

    private static void clean(Path staging) {
        try {
            FileTrees.delete(staging);
        } catch (IOException e) {
            LOG.warn("Can't delete {}; it is deleted with the allocation", staging, e);
        }
    }

    private static Set<String> fetched(TaskDirectory directory) throws IOException {
        Path file = memory(directory);
        return Files.exists(file) ? new HashSet<>(Files.readAllLines(file)) : new HashSet<>();
    }

    private static void remember(ArtifactRequest artifact, TaskDirectory directory) throws IOException {
        Set<String> fetched = fetched(directory);
        fetched.add(artifact.id());
        DurableFile.replace(
                memory(directory), String.join("\n", fetched).getBytes(StandardCharsets.UTF_8), DurableFile.OWNER_ONLY);
    }

    private static Path memory(TaskDirectory directory) {
        return directory.artifacts().resolve(directory.task() + "+fetched");
    }

    /** A part of a fetch. */
    @FunctionalInterface
    private interface Work {

        void run() throws ArtifactException, InterruptedException, IOException;
    }

    /** The fetch of one artifact. */
    private final class Fetch {

        private final ArtifactRequest artifact;
        private final Wanted wanted;
        private final Path staging;
        private final Path files;
        private final Delivery delivery;
        private final Deadline deadline;

        Fetch(ArtifactRequest artifact, Wanted wanted, TaskDirectory directory, Path staging, Deadline deadline) {
            this.artifact = artifact;
            this.wanted = wanted;
            this.staging = staging;
            this.files = staging.resolve("files");
            this.delivery = new Delivery(directory, staging);
            this.deadline = deadline;
        }

        void run() throws ArtifactException, InterruptedException, IOException {
            ArtifactSource source = wanted.source();
            List<String> destination = wanted.destination();
            switch (source.kind()) {
                case GIT -> fetchRepository(source, destination);
                case HTTP -> download(source, destination);
                case FILE -> take(source, destination);
            }
        }

        private void fetchRepository(ArtifactSource source, List<String> destination)
                throws ArtifactException, InterruptedException, IOException {
            if (artifact.mode() == ArtifactMode.ARTIFACT_MODE_FILE) {
                throw ArtifactException.invalid("a repository is no file: take mode = \"file\" out");
            }
            if (source.uri().getScheme().equals("file")) {
                localPath(source);
            }
            Path work = Files.createDirectory(staging.resolve("work"));
            deliverTree(git.fetch(source, wanted.headers(), work, deadline), source, destination);
        }

        private void download(ArtifactSource source, List<String> destination)
                throws ArtifactException, InterruptedException, IOException {
            try (DownloadStore.Slot slot = store.open(wanted.key().orElseThrow())) {
                if (!isKept(source, slot)) {
                    http.download(source, wanted.headers(), slot, deadline);
                    check(source, slot.file(), slot);
                    if (source.checksum().isPresent()) {
                        slot.keep();
                    }
                }
                deliver(source, slot.file(), destination);
            } finally {
                // Also after a failure, which may leave a part of the file.
                store.collect();
            }
        }

        private boolean isKept(ArtifactSource source, DownloadStore.Slot slot)
                throws InterruptedException, IOException, ArtifactException {
            if (source.checksum().isEmpty() || !Files.exists(slot.file())) {
                return false;
            }
            boolean isWhole =
                    source.checksum().get().matches(digest(source.checksum().get(), slot.file()));
            if (isWhole) {
                slot.keep();
            }
            return isWhole;
        }

        private void check(ArtifactSource source, Path file, DownloadStore.Slot slot)
                throws ArtifactException, InterruptedException, IOException {
            try {
                check(source, file);
            } catch (ArtifactException e) {
                slot.forget();
                throw e;
            }
        }

        private void check(ArtifactSource source, Path file)
                throws ArtifactException, InterruptedException, IOException {
            if (source.checksum().isPresent()) {
                ArtifactChecksum checksum = source.checksum().get();
                byte[] found = digest(checksum, file);
                if (!checksum.matches(found)) {
                    throw ArtifactException.retry("it has the checksum %s:%s, and not %s"
                            .formatted(checksum.type(), HexFormat.of().formatHex(found), checksum));
                }
            }
        }

        private byte[] digest(ArtifactChecksum checksum, Path file)
                throws InterruptedException, IOException, ArtifactException {
            MessageDigest digest = checksum.digest();
            byte[] buffer = new byte[BUFFER_BYTES];
            try (InputStream in = Files.newInputStream(file)) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    deadline.check();
                    digest.update(buffer, 0, read);
                }
            }
            return digest.digest();
        }

        /** Takes a file or a directory of the machine. */
        private void take(ArtifactSource source, List<String> destination)
                throws ArtifactException, InterruptedException, IOException {
            Path path = localPath(source);
            if (Files.isRegularFile(path)) {
                requireSize(Files.size(path));
                check(source, path);
                deliver(source, path, destination);
                return;
            }
            if (!Files.isDirectory(path)) {
                throw ArtifactException.retry("there is no file and no directory " + path);
            }
            if (source.checksum().isPresent() || artifact.mode() == ArtifactMode.ARTIFACT_MODE_FILE) {
                throw ArtifactException.invalid("%s is a directory: it has no checksum and is no file".formatted(path));
            }
            copy(path, Files.createDirectory(files));
            deliverTree(files, source, destination);
        }

        private void copy(Path from, Path to) throws ArtifactException, InterruptedException, IOException {
            long bytes = 0;
            int count = 0;
            try (Stream<Path> paths = Files.walk(from)) {
                for (Path path : (Iterable<Path>) paths::iterator) {
                    deadline.check();
                    if (path.equals(from)) {
                        continue;
                    }
                    if (++count > settings.maxEntries()) {
                        throw ArtifactException.retry("it has more than %d files".formatted(settings.maxEntries()));
                    }
                    if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                        bytes += Files.size(path);
                        requireSize(bytes);
                    } else if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) && !Files.isSymbolicLink(path)) {
                        throw ArtifactException.retry(
                                "it has a device or a pipe: \"%s\"".formatted(from.relativize(path)));
                    }
                    Path place = to.resolve(from.relativize(path).toString());
                    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                        Files.createDirectory(place);
                    } else {
                        Files.copy(path, place, LinkOption.NOFOLLOW_LINKS, StandardCopyOption.COPY_ATTRIBUTES);
                    }
                }
            }
        }

        private void requireSize(long bytes) throws ArtifactException {
            if (bytes > settings.maxBytes()) {
                throw ArtifactException.retry("it is larger than %d bytes, which --artifact-max-size of the node allows"
                        .formatted(settings.maxBytes()));
            }
        }

        /** Returns the path of a file of the machine, without links. It is below a directory that the owner has named. */
        private Path localPath(ArtifactSource source) throws ArtifactException {
            Path path = Path.of(source.uri().getPath());
            try {
                Path real = path.toRealPath();
                if (settings.directories().stream().anyMatch(real::startsWith)) {
                    return real;
                }
            } catch (IOException e) {
                // It is not told whether a path that is not allowed exists.
                if (settings.directories().stream().anyMatch(path.normalize()::startsWith)) {
                    throw new ArtifactException("there is no " + path, e);
                }
            }
            throw new ArtifactException(
                    ArtifactException.Kind.RESTRICTED,
                    "the node takes files of its machine only from below what --artifact-directory names");
        }

        /** Puts a file into the destination, or what it is an archive of. */
        private void deliver(ArtifactSource source, Path file, List<String> destination)
                throws ArtifactException, InterruptedException, IOException {
            Files.createDirectory(files);
            Optional<Archive> archive = source.archive();
            Unpacking unpacking = new Unpacking(files, settings, deadline);
            if (archive.isPresent() && archive.get().hasFiles()) {
                unpack(() -> unpacking.unpack(file, archive.get()));
                deliverTree(files, source, destination);
                return;
            }
            if (artifact.mode() == ArtifactMode.ARTIFACT_MODE_DIR) {
                throw ArtifactException.invalid("it is no archive: take mode = \"dir\" out, or set archive");
            }
            String name = name(source, archive);
            if (archive.isPresent()) {
                unpack(() -> unpacking.decompress(file, archive.get(), name));
            } else {
                Files.copy(file, files.resolve(name));
            }
            deliverFile(files, name, destination);
        }

        private void unpack(Work work) throws ArtifactException, InterruptedException, IOException {
            while (!unpackings.tryAcquire(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
                deadline.check();
            }
            try {
                work.run();
            } finally {
                unpackings.release();
            }
        }

        /** Without a destination, a file gets its own name in {@code local/}, as in Nomad. */
        private List<String> fileDestination(List<String> destination, String name) {
            if (!artifact.destination().isBlank()) {
                return destination;
            }
            List<String> within = new ArrayList<>(destination);
            within.add(name);
            return within;
        }

        private String name(ArtifactSource source, Optional<Archive> compressed) throws ArtifactException {
            String path = source.uri().getPath();
            String last = path.substring(path.lastIndexOf('/') + 1);
            String name = source.filename()
                    .orElse(
                            compressed.isPresent() && last.lastIndexOf('.') > 0
                                    ? last.substring(0, last.lastIndexOf('.'))
                                    : last);
            if (name.isEmpty()
                    || name.equals(".")
                    || name.equals("..")
                    || StagedTree.plainPath(name).isEmpty()) {
                throw ArtifactException.invalid("its URL has no name for the file at its end: set the option filename");
            }
            return name;
        }

        /** Puts what is wanted of a tree into the destination. */
        private void deliverTree(Path tree, ArtifactSource source, List<String> destination)
                throws ArtifactException, InterruptedException, IOException {
            Path part = part(tree, source.inside());
            boolean toFile = artifact.mode() == ArtifactMode.ARTIFACT_MODE_FILE;
            Optional<Path> only = Files.isDirectory(part, LinkOption.NOFOLLOW_LINKS)
                    ? toFile ? Optional.of(onlyFile(part)) : Optional.empty()
                    : Optional.of(part);
            if (only.isEmpty()) {
                StagedTree.seal(part, artifact.owner(), deadline);
                delivery.deliver(part, destination);
                return;
            }
            Path alone = Files.createDirectory(staging.resolve("alone"));
            String name = only.get().getFileName().toString();
            Files.move(only.get(), alone.resolve(name));
            deliverFile(alone, name, destination);
        }

        /** Puts the one file of a directory into the destination. */
        private void deliverFile(Path alone, String name, List<String> destination)
                throws ArtifactException, InterruptedException, IOException {
            StagedTree.seal(alone, artifact.owner(), deadline);
            if (artifact.mode() == ArtifactMode.ARTIFACT_MODE_FILE) {
                delivery.deliverFile(alone.resolve(name), fileDestination(destination, name));
            } else {
                delivery.deliver(alone, destination);
            }
        }

        /** Returns the path of a part, on the way to which there is no link. */
        private static Path part(Path tree, String inside) throws ArtifactException {
            Path at = tree;
            for (String name : inside.isEmpty() ? new String[0] : inside.split("/", -1)) {
                boolean isDirectory = Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS);
                at = at.resolve(name);
                if (!isDirectory || Files.isSymbolicLink(at) || Files.notExists(at, LinkOption.NOFOLLOW_LINKS)) {
                    throw ArtifactException.retry("it has no \"%s\"".formatted(inside));
                }
            }
            return at;
        }

        private static Path onlyFile(Path directory) throws ArtifactException, IOException {
            try (Stream<Path> entries = Files.list(directory)) {
                List<Path> first = entries.limit(2).toList();
                if (first.size() != 1 || !Files.isRegularFile(first.get(0), LinkOption.NOFOLLOW_LINKS)) {
                    throw ArtifactException.invalid(
                            "it has not one file only: take mode = \"file\" out, or name the file after //");
                }
                return first.get(0);
            }
        }
    }
}
