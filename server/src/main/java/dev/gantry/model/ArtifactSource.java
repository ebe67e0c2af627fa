package dev.gantry.model;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where an artifact comes from, by the rules of go-getter, with which Nomad fetches artifacts (its README, "URL Format"):
 * {@code git::} before a URL, {@code //PATH} after it, and options in its query.
 *
 * @param kind who fetches it
 * @param uri its URL without {@code git::}, without {@code //PATH} and without options; with a scheme of http, https or
 *     file
 * @param inside the path of the wanted part in the archive or repository; empty for all
 * @param checksum the checksum of the file; of files only
 * @param archive the format of the archive; empty if it is not unpacked
 * @param filename the name that the file gets
 * @param ref the branch, tag or commit of a repository; empty for its default branch
 */
public record ArtifactSource(
        Kind kind,
        URI uri,
        String inside,
        Optional<ArtifactChecksum> checksum,
        Optional<Archive> archive,
        Optional<String> filename,
        Optional<String> ref) {

    /** Who fetches an artifact. */
    public enum Kind {
        /** An HTTP client. */
        HTTP,
        /** The machine's git. */
        GIT,
        /** Nobody: it is on the node's machine. */
        FILE
    }

    /** The formats of archives, which are unpacked, and of compressed files. */
    public enum Archive {
        /** Several files. */
        TAR_GZ(true, "tar.gz", "tgz"),
        /** Several files. */
        TAR_BZ2(true, "tar.bz2", "tbz2"),
        /** Several files. */
        TAR_XZ(true, "tar.xz", "txz"),
        /** Several files, not compressed. */
        TAR(true, "tar", "tar"),
        /** Several files. */
        ZIP(true, "zip", "zip"),
        /** One file. */
        GZ(false, "gz", "gz"),
        /** One file. */
        BZ2(false, "bz2", "bz2"),
        /** One file. */
        XZ(false, "xz", "xz");

        private final boolean hasFiles;
        private final String ending;
        private final String shortEnding;

        Archive(boolean hasFiles, String ending, String shortEnding) {
            this.hasFiles = hasFiles;
            this.ending = ending;
            this.shortEnding = shortEnding;
        }

        /** Returns true if it may have several files with names; false for one compressed file. */
        public boolean hasFiles() {
            return hasFiles;
        }

        private static Optional<Archive> ofWord(String word) {
            for (Archive archive : values()) {
                if (word.equals(archive.ending) || word.equals(archive.shortEnding)) {
                    return Optional.of(archive);
                }
            }
            return Optional.empty();
        }

        private static Optional<Archive> ofPath(String path) {
            for (Archive archive : values()) {
                if (path.endsWith("." + archive.ending) || path.endsWith("." + archive.shortEnding)) {
                    return Optional.of(archive);
                }
            }
            return Optional.empty();
        }
    }

    /** A source or an option can't be used. The message does not have its value, which may be a secret. */
    public static final class InvalidException extends Exception {

        private static final long serialVersionUID = 1L;

        private final transient Optional<String> option;

        private InvalidException(Optional<String> option, String message) {
            super(message);
            this.option = option;
        }

        /** Returns the name of the option at fault; empty if it is the source. */
        public Optional<String> option() {
            return option;
        }
    }

    private static final Pattern FORCED = Pattern.compile("([A-Za-z0-9]+)::(.*)", Pattern.DOTALL);
    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://.*", Pattern.DOTALL);

    /** Hosts whose repositories have two parts, and need no scheme. */
    private static final Pattern SHORT =
            Pattern.compile("((?:github\\.com|gitlab\\.com|bitbucket\\.org)/[^/?]+/[^/?]+)([^?]*)(\\?.*)?");

    private static final Pattern REF = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._/+@-]{0,255}");
    private static final int MAX_PORT = 65_535;
    private static final Pattern DEPTH = Pattern.compile("[1-9][0-9]{0,8}");

    /** Secrets, which would be in the job. */
    private static final Set<String> SECRETS =
            Set.of("sshkey", "aws_access_key_id", "aws_access_key_secret", "aws_access_token", "aws_profile");

    private static final String IN_PLACE_OF_SECRETS =
            "use headers with a variable, or let the node's owner set --artifact-credentials";

    /**
     * Returns true if a variable stands in the name of the server or before it. Such a source is refused: what a node says
     * about a server names it.
     *
     * @param written the source as the job writes it
     */
    public static boolean namesServerByVariable(String written) {
        int reference = written.indexOf("${var.");
        int server = written.indexOf("://") + "://".length();
        return reference >= 0
                && (reference < server
                        || written.substring(server, reference).chars().noneMatch(c -> c == '/' || c == '?'));
    }

    /**
     * Decides whether a URL names a server that can be asked: a host that Java reads, and a port that there is.
     *
     * @param url the URL
     * @return true if it does
     */
    public static boolean hasServer(URI url) {
        return url.getHost() != null && url.getPort() <= MAX_PORT;
    }

    /**
     * Reads a source.
     *
     * @param source the text of the job, complete
     * @param options the options beside it
     * @return the source
     * @throws InvalidException if the source or an option can't be used
     */
    public static ArtifactSource parse(String source, Map<String, String> options) throws InvalidException {
        return new Reader(options).read(source);
    }

    /**
     * Returns whether git fetches a source, as far as its text says so.
     *
     * @param source the text of the job, in which a <code>${…}</code> may stand
     */
    public static boolean isGit(String source) {
        return source.startsWith("git::") || SHORT.matcher(source).matches();
    }

    /** Returns the source without query, for people and for restrictions: {@code git::https://HOST/PATH}. */
    public String place() {
        String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
        return (kind == Kind.GIT ? "git::" : "") + uri.getScheme() + "://" + authority + uri.getRawPath();
    }

    /** Reads one source. */
    private static final class Reader {

        private final Map<String, String> options;

        Reader(Map<String, String> options) {
            this.options = new TreeMap<>(options);
        }

        ArtifactSource read(String source) throws InvalidException {
            Matcher forced = FORCED.matcher(source);
            boolean isForced = forced.matches();
            String rest = isForced ? forced.group(2) : source;
            String by = isForced ? forced.group(1).toLowerCase(Locale.ROOT) : "";
            if (isForced && !Set.of("git", "http", "https", "file").contains(by)) {
                throw new InvalidException(
                        Optional.empty(), by + ":: is not supported: use https://, http://, file:// or git::https://");
            }
            Matcher abbreviated = SHORT.matcher(rest);
            if (abbreviated.matches() && (by.isEmpty() || by.equals("git"))) {
                by = "git";
                String query = abbreviated.group(3) == null ? "" : abbreviated.group(3);
                String repository = abbreviated.group(1);
                String path = abbreviated.group(2).replaceFirst("^/+", "");
                rest = "https://" + repository + (repository.endsWith(".git") ? "" : ".git")
                        + (path.isEmpty() ? "" : "//" + path) + query;
            }
            return read(by.equals("git"), rest);
        }

        private ArtifactSource read(boolean isGit, String url) throws InvalidException {
            Matcher scheme = SCHEME.matcher(url);
            String name = scheme.matches() ? scheme.group(1).toLowerCase(Locale.ROOT) : "";
            if (!Set.of("http", "https", "file").contains(name)) {
                throw fault(
                        name.equals("ssh") || url.startsWith("git@")
                                ? "is fetched over ssh, which is not supported: use git::https://HOST/PATH; for its credentials, "
                                        + IN_PLACE_OF_SECRETS
                                : "is no source: write https://HOST/PATH, http://HOST/PATH, file:///PATH or git::https://HOST/PATH");
            }
            int question = url.indexOf('?');
            String path = question < 0 ? url : url.substring(0, question);
            int from = path.indexOf("://") + (name.equals("file") ? 4 : 3);
            int inside = path.indexOf("//", Math.min(from, path.length()));
            String whole = inside < 0 ? path : path.substring(0, inside);
            String part = inside < 0 ? "" : insidePath(path.substring(inside + 2));
            String query = query(isGit, question < 0 ? "" : url.substring(question + 1));
            URI uri = uri(whole + (query.isEmpty() ? "" : "?" + query));
            Kind kind = isGit ? Kind.GIT : name.equals("file") ? Kind.FILE : Kind.HTTP;
            Optional<ArtifactChecksum> checksum = checksum(isGit);
            Optional<String> archiveWord = option("archive");
            Optional<Archive> archive = isGit ? Optional.empty() : archive(archiveWord, uri.getPath());
            if (!part.isEmpty()
                    && !isGit
                    && kind != Kind.FILE
                    && archive.filter(Archive::hasFiles).isEmpty()) {
                throw fault(
                        "has // before a path, but is no archive and no repository: take one / out, or set archive");
            }
            return new ArtifactSource(kind, uri, part, checksum, archive, filename(), isGit ? ref() : Optional.empty());
        }

        /** Returns the path of the part that is wanted. */
        private static String insidePath(String path) throws InvalidException {
            List<String> parts = new ArrayList<>();
            for (String part : path.split("/", -1)) {
                if (part.equals("..")) {
                    throw fault("has .. after //: write the path of a part of it");
                }
                if (part.indexOf('*') >= 0) {
                    throw fault("has a * after //: write the whole path of the part");
                }
                if (!part.isEmpty() && !part.equals(".")) {
                    parts.add(URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8));
                }
            }
            return String.join("/", parts);
        }

        /** Takes the options out of a query, and adds what is none to it. */
        private String query(boolean isGit, String query) throws InvalidException {
            Set<String> ours = isGit
                    ? Set.of("checksum", "archive", "filename", "ref", "depth")
                    : Set.of("checksum", "archive", "filename");
            List<String> kept = new ArrayList<>();
            for (String pair : query.isEmpty() ? new String[0] : query.split("&", -1)) {
                int equals = pair.indexOf('=');
                String key = equals < 0 ? pair : pair.substring(0, equals);
                refuseSecret(key);
                if (!ours.contains(key)) {
                    kept.add(pair);
                } else if (options.putIfAbsent(key, decoded(pair.substring(key.length()))) != null) {
                    throw new InvalidException(
                            Optional.of(key), "is set twice, in the query of the source too: take one out");
                }
            }
            for (Map.Entry<String, String> option : options.entrySet()) {
                refuseSecret(option.getKey());
                if (!ours.contains(option.getKey())) {
                    if (isGit) {
                        throw new InvalidException(
                                Optional.of(option.getKey()), "is no option of git: known are ref and depth");
                    }
                    kept.add(encoded(option.getKey()) + "=" + encoded(option.getValue()));
                }
            }
            if (isGit && !kept.isEmpty()) {
                throw fault("has a query with something else than ref and depth, which git has no use for");
            }
            return String.join("&", kept);
        }

        private static void refuseSecret(String key) throws InvalidException {
            if (SECRETS.contains(key)) {
                throw new InvalidException(
                        Optional.of(key), "is a secret, and would be in the job: " + IN_PLACE_OF_SECRETS);
            }
        }

        private static String decoded(String value) throws InvalidException {
            try {
                return URLDecoder.decode(value.startsWith("=") ? value.substring(1) : value, StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                throw fault("has a % in its query that is no escape");
            }
        }

        private static String encoded(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
        }

        private static URI uri(String text) throws InvalidException {
            try {
                URI uri = new URI(text);
                boolean isFile = "file".equalsIgnoreCase(uri.getScheme());
                if (uri.getRawUserInfo() != null) {
                    throw fault("has a user in it, and the job would have the password: " + IN_PLACE_OF_SECRETS);
                }
                if (isFile
                        ? uri.getRawAuthority() != null || uri.getPath() == null || uri.getRawQuery() != null
                        : uri.getRawAuthority() == null) {
                    throw fault(isFile ? "is no file: write file:///PATH" : "has no host: write https://HOST/PATH");
                }
                if (!isFile && !hasServer(uri)) {
                    throw fault(
                            "has a host with other characters than letters, digits, - and ., or a port above 65535");
                }
                if (uri.getRawFragment() != null) {
                    throw fault("has a # in it: write %23");
                }
                return new URI(uri.getScheme().toLowerCase(Locale.ROOT)
                        + text.substring(uri.getScheme().length()));
            } catch (URISyntaxException e) {
                // Its message has the text.
                throw fault("is no URL: encode blanks and special characters, as %20");
            }
        }

        private Optional<ArtifactChecksum> checksum(boolean isGit) throws InvalidException {
            Optional<String> text = option("checksum").filter(value -> !value.isEmpty());
            if (text.isEmpty()) {
                return Optional.empty();
            }
            if (isGit) {
                throw new InvalidException(
                        Optional.of("checksum"), "is for files: name a commit by ref, which is its checksum");
            }
            Optional<ArtifactChecksum> checksum = ArtifactChecksum.parse(text.get());
            if (checksum.isEmpty()) {
                throw new InvalidException(
                        Optional.of("checksum"),
                        "is no checksum: write md5:, sha1:, sha256: or sha512: and its hexadecimal digits");
            }
            return checksum;
        }

        private static Optional<Archive> archive(Optional<String> word, String path) throws InvalidException {
            if (word.isEmpty()) {
                return Archive.ofPath(path);
            }
            if (Set.of("", "false", "0").contains(word.get())) {
                return Optional.empty();
            }
            Optional<Archive> archive = Archive.ofWord(word.get());
            if (archive.isEmpty()) {
                throw new InvalidException(
                        Optional.of("archive"),
                        "is no known format: use tar, tar.gz, tar.bz2, tar.xz, zip, gz, bz2, xz, or false");
            }
            return archive;
        }

        private Optional<String> filename() throws InvalidException {
            Optional<String> name = option("filename").filter(value -> !value.isEmpty());
            if (name.isPresent() && (name.get().contains("/") || name.get().matches("\\.{1,2}"))) {
                throw new InvalidException(Optional.of("filename"), "is no single name: take the / out");
            }
            return name;
        }

        private Optional<String> ref() throws InvalidException {
            Optional<String> depth = option("depth");
            if (depth.isPresent() && !DEPTH.matcher(depth.get()).matches()) {
                throw new InvalidException(Optional.of("depth"), "is no number of 1 or more");
            }
            Optional<String> ref = option("ref").filter(value -> !value.isEmpty());
            // A - at the beginning would be an option of git.
            if (ref.isPresent()
                    && (!REF.matcher(ref.get()).matches() || ref.get().contains(".."))) {
                throw new InvalidException(
                        Optional.of("ref"), "is no branch, tag or commit: use A-Z a-z 0-9 . _ / + @ -, not - first");
            }
            return ref;
        }

        private Optional<String> option(String name) {
            return Optional.ofNullable(options.get(name));
        }

        private static InvalidException fault(String message) {
            return new InvalidException(Optional.empty(), message);
        }
    }
}
