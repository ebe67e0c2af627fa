package dev.gantry.node.artifact;

import dev.gantry.model.ArtifactSource;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the files of a commit with the machine's git. What the repository says is data: no hooks, filters or submodules, no
 * configuration of the machine or of a user, no questions, and no other transport than the one of the URL. Redirects are not
 * followed.
 */
final class GitCheckout {

    private static final Logger LOG = LoggerFactory.getLogger(GitCheckout.class);

    private static final int MOST_OUTPUT = 4096;
    private static final long LOOK_MILLIS = 500;
    private static final int KILL_SECONDS = 5;

    /** Ends git with the node, also if the node is killed: git would write on, below a path that the next node uses. */
    private static final List<String> WITH_NODE = List.of("setpriv", "--pdeathsig", "TERM");

    private final Optional<Path> git;
    private final List<String> prefix;
    private final ServerGuard guard;
    private final ArtifactSettings settings;

    /**
     * Makes it.
     *
     * @param git the program; empty if the machine has none
     * @param guard decides which servers may be asked
     * @param settings the limits
     */
    GitCheckout(Optional<Path> git, ServerGuard guard, ArtifactSettings settings) {
        this.git = git;
        this.prefix = git.isPresent() && canRun(WITH_NODE) ? WITH_NODE : List.of();
        this.guard = guard;
        this.settings = settings;
    }

    /**
     * Looks for the machine's git.
     *
     * @param path the directories of programs, separated by colons
     * @return the program; empty if there is none
     */
    static Optional<Path> find(String path) {
        return List.of(path.split(":", -1)).stream()
                .filter(directory -> directory.startsWith("/"))
                .map(directory -> Path.of(directory, "git"))
                .filter(Files::isExecutable)
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /** Returns false if this machine lacks the program before a command, or has one that knows less (util-linux before 2.33). */
    private static boolean canRun(List<String> prefix) {
        List<String> command = new ArrayList<>(prefix);
        command.add("true");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(KILL_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (IOException e) {
            LOG.debug("Git is not ended with a node that is killed", e);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Fetches the files.
     *
     * @param source the repository
     * @param headers the headers for its server, credentials among them; values may be secret
     * @param work an empty directory
     * @param deadline the end of the time for it
     * @return the directory with the files, without git's own
     */
    Path fetch(ArtifactSource source, Map<String, String> headers, Path work, Deadline deadline)
            throws ArtifactException, InterruptedException, IOException {
        if (git.isEmpty()) {
            throw new ArtifactException(
                    ArtifactException.Kind.RESTRICTED,
                    "the node has no git: install it and restart the node, or place the task on a node with ${attr.artifact.git}");
        }
        Path repository = Files.createDirectory(work.resolve("git"));
        Path files = Files.createDirectory(work.resolve("files"));
        Run run = new Run(source, config(source, headers), repository, files, deadline);
        run.git("init", "--quiet", "--template=");
        String commit = "FETCH_HEAD";
        if (!run.tryGit(
                "fetch",
                "--quiet",
                "--no-tags",
                "--depth=1",
                "--",
                url(source),
                source.ref().orElse("HEAD"))) {
            if (source.ref().isEmpty()) {
                throw run.failed();
            }
            // A short name of a commit can't be asked for.
            run.git(
                    "fetch",
                    "--quiet",
                    "--no-tags",
                    "--",
                    url(source),
                    "+refs/heads/*:refs/remotes/origin/*",
                    "+refs/tags/*:refs/tags/*");
            commit = source.ref().get() + "^{commit}";
            if (!run.tryGit("rev-parse", "--verify", "--quiet", commit)) {
                throw ArtifactException.retry("the repository has no branch, tag or commit \"%s\""
                        .formatted(source.ref().get()));
            }
        }
        run.git("checkout", "--quiet", "--force", "--detach", commit, "--");
        return files;
    }

    private static String url(ArtifactSource source) {
        return source.uri().getScheme().equals("file")
                ? source.uri().getPath()
                : source.uri().toString();
    }

    /** Returns the configuration of one fetch. It is in the environment, which only the node's user can read. */
    private Map<String, String> config(ArtifactSource source, Map<String, String> headers) throws ArtifactException {
        List<Map.Entry<String, String>> settingsOfGit = new ArrayList<>();
        settingsOfGit.add(Map.entry("core.hooksPath", "/dev/null"));
        settingsOfGit.add(Map.entry("core.fsmonitor", "false"));
        settingsOfGit.add(Map.entry("core.symlinks", "true"));
        settingsOfGit.add(Map.entry("credential.helper", ""));
        settingsOfGit.add(Map.entry("fetch.recurseSubmodules", "false"));
        settingsOfGit.add(Map.entry("gc.auto", "0"));
        settingsOfGit.add(Map.entry("http.followRedirects", "false"));
        // A server that packs a large repository sends a few bytes now and then.
        settingsOfGit.add(Map.entry("http.lowSpeedLimit", "1"));
        settingsOfGit.add(Map.entry(
                "http.lowSpeedTime", Long.toString(Math.max(1, settings.stall().toSeconds()))));
        settingsOfGit.add(Map.entry("protocol.allow", "never"));
        settingsOfGit.add(Map.entry("protocol.%s.allow".formatted(source.uri().getScheme()), "always"));
        // The owner of the node has named the directory, whoever owns it.
        settingsOfGit.add(Map.entry("safe.directory", "*"));
        if (!source.uri().getScheme().equals("file")) {
            List<InetAddress> addresses = guard.check(source.uri(), source.place());
            if (!source.uri().getHost().startsWith("[")) {
                settingsOfGit.add(Map.entry("http.curloptResolve", resolved(source.uri(), addresses)));
            }
        }
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if (!header.getKey().matches("[A-Za-z0-9-]+") || header.getValue().matches("(?s).*[\r\n\0].*")) {
                throw ArtifactException.invalid("a header can't be sent: it has a character that headers don't have");
            }
            settingsOfGit.add(Map.entry("http.extraHeader", header.getKey() + ": " + header.getValue()));
        }
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("GIT_CONFIG_COUNT", Integer.toString(settingsOfGit.size()));
        for (int i = 0; i < settingsOfGit.size(); i++) {
            variables.put("GIT_CONFIG_KEY_" + i, settingsOfGit.get(i).getKey());
            variables.put("GIT_CONFIG_VALUE_" + i, settingsOfGit.get(i).getValue());
        }
        return variables;
    }

    /** Returns the addresses that were checked, for git to use, since the name may have others by now. */
    private static String resolved(URI url, List<InetAddress> addresses) {
        return addresses.stream()
                .map(ServerGuard::literal)
                .collect(Collectors.joining(",", "%s:%d:".formatted(url.getHost(), HttpDownload.port(url)), ""));
    }

    /** The commands of one fetch. */
    private final class Run {

        private final ArtifactSource source;
        private final Map<String, String> config;
        private final Path repository;
        private final Path files;
        private final Deadline deadline;
        private String output = "";

        Run(ArtifactSource source, Map<String, String> config, Path repository, Path files, Deadline deadline) {
            this.source = source;
            this.config = config;
            this.repository = repository;
            this.files = files;
            this.deadline = deadline;
        }

        void git(String... arguments) throws ArtifactException, InterruptedException, IOException {
            if (!tryGit(arguments)) {
                throw failed();
            }
        }

        ArtifactException failed() {
            return ArtifactException.retry("git: " + (output.isEmpty() ? "it failed and says nothing" : output));
        }

        /**
         * Runs git in a process group of its own, which {@code timeout} of coreutils makes, and ends when this process asks
         * it to, when the time is over, and when it has too much.
         */
        boolean tryGit(String... arguments) throws ArtifactException, InterruptedException, IOException {
            List<String> command = new ArrayList<>(prefix);
            command.addAll(List.of(
                    "timeout",
                    "--kill-after=" + KILL_SECONDS,
                    Long.toString(deadline.left().toSeconds() + 1),
                    git.orElseThrow().toString()));
            command.addAll(List.of(arguments));
            Path messages = repository.resolveSibling("messages");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(files.toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectErrorStream(true)
                    .redirectOutput(messages.toFile());
            Map<String, String> environment = builder.environment();
            String path = environment.getOrDefault("PATH", "/usr/bin:/bin");
            environment.clear();
            environment.put("PATH", path);
            environment.put("HOME", repository.toString());
            environment.put("LC_ALL", "C");
            environment.put("GIT_DIR", repository.toString());
            environment.put("GIT_WORK_TREE", files.toString());
            environment.put("GIT_CONFIG_NOSYSTEM", "1");
            environment.put("GIT_CONFIG_GLOBAL", "/dev/null");
            environment.put("GIT_ATTR_NOSYSTEM", "1");
            environment.put("GIT_TERMINAL_PROMPT", "0");
            environment.put("GIT_ASKPASS", "false");
            environment.putAll(config);
            Process process = builder.start();
            try {
                while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                    deadline.left();
                    requireSize();
                }
                requireSize();
            } finally {
                end(process);
            }
            output = message(messages);
            return process.exitValue() == 0;
        }

        private void end(Process process) {
            if (!process.isAlive()) {
                return;
            }
            // timeout passes SIGTERM on to its group, and kills the group a moment later.
            process.destroy();
            try {
                var unused = process.waitFor(KILL_SECONDS + 1L, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void requireSize() throws ArtifactException, IOException {
            long bytes = size(repository.getParent());
            // The compressed files, and the files.
            if (bytes / 2 > settings.maxBytes()) {
                throw ArtifactException.retry("it is larger than %d bytes, which --artifact-max-size of the node allows"
                        .formatted(settings.maxBytes()));
            }
        }

        /** Returns the last line of git's output that says what is wrong, without the URL, which may be long. */
        private String message(Path file) throws IOException {
            try (InputStream in = Files.newInputStream(file)) {
                String text = new String(in.readNBytes(MOST_OUTPUT), StandardCharsets.UTF_8);
                return text.lines()
                        .filter(line -> line.startsWith("fatal: ") || line.startsWith("error: "))
                        .map(line -> line.replace(source.uri().toString(), "the repository"))
                        .reduce((first, second) -> second)
                        .orElse(text.strip());
            }
        }
    }

    private static long size(Path root) throws IOException {
        long[] bytes = {0};
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                bytes[0] += attributes.size();
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                // Git deletes files of its own meanwhile.
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure) {
                return FileVisitResult.CONTINUE;
            }
        });
        return bytes[0];
    }
}
