package dev.gantry.node.artifact;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Credentials of a node for the servers of artifacts, from a file of its owner. A line is for the URLs that begin with its
 * URL: {@code URL bearer TOKEN}, {@code URL basic USER PASSWORD} or {@code URL header NAME VALUE}.
 */
public final class ArtifactCredentials {

    private static final Set<PosixFilePermission> OF_OTHERS =
            Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

    private final List<Entry> entries;

    private record Entry(URI url, String header, String value) {

        boolean covers(URI asked) {
            String path = url.getPath().endsWith("/") ? url.getPath() : url.getPath() + "/";
            boolean isBelow = (asked.getPath() + "/").startsWith(path)
                    && asked.normalize().getPath().equals(asked.getPath())
                    && asked.getRawPath().equals(asked.getPath());
            return HttpDownload.isSameServer(url, asked) && (path.equals("/") || isBelow);
        }

        @Override
        public String toString() {
            return url.toString();
        }
    }

    private ArtifactCredentials(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /**
     * Reads the file.
     *
     * @param file the file; empty for no credentials
     * @return the credentials
     * @throws IOException if it can't be read, others than its owner may read it, or a line is at fault; the message has
     *     no secret
     */
    public static ArtifactCredentials read(Optional<Path> file) throws IOException {
        if (file.isEmpty()) {
            return new ArtifactCredentials(List.of());
        }
        if (Files.getPosixFilePermissions(file.get()).stream().anyMatch(OF_OTHERS::contains)) {
            throw new IOException("%s can be read by every user: run chmod o-rw on it".formatted(file.get()));
        }
        List<Entry> entries = new ArrayList<>();
        List<String> lines = Files.readAllLines(file.get());
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                entries.add(entry(line, file.get() + ":" + (i + 1)));
            }
        }
        return new ArtifactCredentials(entries);
    }

    private static Entry entry(String line, String place) throws IOException {
        String[] words = line.split("\\s+", 4);
        URI url = url(words[0], place);
        String kind = words.length < 3 ? "" : words[1];
        if (kind.equals("bearer") && words.length == 3) {
            return new Entry(url, "Authorization", "Bearer " + words[2]);
        }
        if (kind.equals("basic") && words.length == 4) {
            String pair = words[2] + ":" + words[3];
            return new Entry(
                    url,
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        }
        if (kind.equals("header") && words.length == 4 && words[2].matches("[A-Za-z0-9-]+")) {
            return new Entry(url, words[2], words[3]);
        }
        throw new IOException(
                "%s: write URL bearer TOKEN, URL basic USER PASSWORD or URL header NAME VALUE".formatted(place));
    }

    private static URI url(String text, String place) throws IOException {
        try {
            URI url = new URI(text);
            boolean isSafe = "https".equals(url.getScheme())
                    || ("http".equals(url.getScheme())
                            && String.valueOf(url.getHost()).matches("localhost|127\\.[0-9.]+|\\[::1]"));
            if (url.getHost() != null && isSafe && url.getRawUserInfo() == null && url.getRawQuery() == null) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Reported below, without the text.
        }
        throw new IOException(
                "%s: begin the line with https://HOST/PATH; http:// is for this machine only, since others could read along"
                        .formatted(place));
    }

    /** Returns the header for a URL, name and value, of the longest URL that covers it; empty if there is none. */
    Map<String, String> headers(URI url) {
        return entries.stream()
                .filter(entry -> entry.covers(url))
                .max((one, other) -> Integer.compare(
                        one.url().getPath().length(), other.url().getPath().length()))
                .map(entry -> Map.of(entry.header().toLowerCase(Locale.ROOT), entry.value()))
                .orElse(Map.of());
    }
}
