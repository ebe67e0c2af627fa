package dev.gantry.rkt;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Builds images for tests, entry by entry: also such as no tool would build. */
public final class AciBuilder {

    private static final Pattern LIBRARY = Pattern.compile("(?m)(?:=> |^\\s+)(/\\S+) \\(");

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name());
    private final Set<String> added = new LinkedHashSet<>();

    private final String root;

    public AciBuilder() {
        this("rootfs");
    }

    /** A layer of a docker image has its files at the root of the archive, so the empty one. */
    public AciBuilder(String root) {
        this.root = root;
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    }

    /** A manifest of example.com/NAME with the members of an app object. */
    public AciBuilder app(String name, String appMembers) {
        return file("manifest", """
                {"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/%s",
                 "labels":[{"name":"version","value":"1.0.0"},{"name":"os","value":"linux"}],
                 "app":{%s}}""".formatted(name, appMembers));
    }

    public AciBuilder file(String path, String content) {
        return file(path, content.getBytes(StandardCharsets.UTF_8), entry -> entry.setMode(0644));
    }

    public AciBuilder file(String path, byte[] content, Consumer<TarArchiveEntry> settings) {
        TarArchiveEntry entry = new TarArchiveEntry(path, true);
        entry.setSize(content.length);
        return put(entry, content, settings);
    }

    public AciBuilder directory(String path, Consumer<TarArchiveEntry> settings) {
        return put(new TarArchiveEntry(path + "/", true), new byte[0], settings);
    }

    public AciBuilder symbolicLink(String path, String target) {
        return special(path, TarConstants.LF_SYMLINK, entry -> entry.setLinkName(target));
    }

    public AciBuilder hardLink(String path, String target) {
        return special(path, TarConstants.LF_LINK, entry -> entry.setLinkName(target));
    }

    public AciBuilder special(String path, byte type, Consumer<TarArchiveEntry> settings) {
        return put(new TarArchiveEntry(path, type, true), new byte[0], settings);
    }

    /** A pax header for the next entry, with records that the library would not write. */
    public AciBuilder pax(String... records) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (String record : records) {
            content.writeBytes(paxRecord(record.getBytes(StandardCharsets.UTF_8)));
        }
        return paxHeader(content.toByteArray());
    }

    /** Gives the next entry an extended attribute, whose value need not be text. */
    public AciBuilder attribute(String name, byte[] value) {
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        record.writeBytes(("SCHILY.xattr." + name + "=").getBytes(StandardCharsets.UTF_8));
        record.writeBytes(value);
        return paxHeader(paxRecord(record.toByteArray()));
    }

    private AciBuilder paxHeader(byte[] content) {
        TarArchiveEntry entry = new TarArchiveEntry("pax", TarConstants.LF_PAX_EXTENDED_HEADER_LC, true);
        entry.setSize(content.length);
        return put(entry, content, settings -> {});
    }

    private static byte[] paxRecord(byte[] record) {
        int length = record.length + 3;
        while (Integer.toString(length).length() + record.length + 2 != length) {
            length++;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes((length + " ").getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(record);
        bytes.write('\n');
        return bytes.toByteArray();
    }

    /** Programs of this machine, with the libraries that they need. */
    public AciBuilder programs(String... names) {
        for (String name : names) {
            try {
                Path program = Path.of("/bin").resolve(name);
                copy(program);
                Process ldd = new ProcessBuilder("ldd", program.toString()).start();
                Matcher matcher = LIBRARY.matcher(read(ldd.getInputStream()));
                while (matcher.find()) {
                    copy(Path.of(matcher.group(1)));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return this;
    }

    /** The uncompressed image. */
    public byte[] bytes() {
        try {
            tar.close();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path write(Path file) throws IOException {
        return Files.write(file, bytes());
    }

    private void copy(Path source) throws IOException {
        if (added.add(source.toString())) {
            file(root + source, Files.readAllBytes(source.toRealPath()), entry -> entry.setMode(0755));
        }
    }

    private static String read(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    private AciBuilder put(TarArchiveEntry entry, byte[] content, Consumer<TarArchiveEntry> settings) {
        try {
            entry.setLastModifiedTime(FileTime.fromMillis(0));
            settings.accept(entry);
            tar.putArchiveEntry(entry);
            OutputStream out = tar;
            out.write(content);
            tar.closeArchiveEntry();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
