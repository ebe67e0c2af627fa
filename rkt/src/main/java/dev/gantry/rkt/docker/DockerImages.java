package dev.gantry.rkt.docker;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.HostArchitecture;
import dev.gantry.rkt.config.Credentials;
import dev.gantry.rkt.http.HttpTransport;
import dev.gantry.rkt.http.Progress;
import dev.gantry.rkt.image.ImageLimits;
import dev.gantry.rkt.image.ImageStore;
import dev.gantry.rkt.image.LimitedArchive;
import dev.gantry.rkt.image.RefusedImageException;
import dev.gantry.rkt.image.StoredImage;
import dev.gantry.rkt.image.WorkDirectory;
import dev.gantry.rkt.request.DockerReference;
import dev.gantry.rkt.request.FetchOptions;
import dev.gantry.rkt.tar.PaxAttributes;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProxySelector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarFile;

/** Fetches docker and OCI images from registries, and stores them as App Container Images. */
public final class DockerImages {

    private static final int MAX_CONFIG_BYTES = 4 << 20;
    private static final int MAX_LAYERS = 512;
    private static final int BUFFER_BYTES = 1 << 16;

    private final HttpTransport transport;
    private final Credentials credentials;
    private final ProxySelector proxies;
    private final FetchOptions options;
    private final Progress progress;

    /**
     * Makes a fetcher.
     *
     * @param transport probes a registry, without credentials
     * @param credentials the credentials for registries
     * @param proxies which proxy leads to a registry
     * @param options restricts the connections and signatures that are accepted
     * @param progress shows the progress of downloads
     */
    public DockerImages(
            HttpTransport transport,
            Credentials credentials,
            ProxySelector proxies,
            FetchOptions options,
            Progress progress) {
        this.transport = transport;
        this.credentials = credentials;
        this.proxies = proxies;
        this.options = options;
        this.progress = progress;
    }

    /**
     * The result of a fetch.
     *
     * @param image the stored image; empty if the caller has the image already
     * @param manifestDigest the digest of its manifest
     */
    public record Fetched(Optional<StoredImage> image, String manifestDigest) {}

    /**
     * Fetches and stores an image. From an index, the image for this machine is chosen.
     *
     * @param reference its name
     * @param knownManifest the digest of the manifest whose image the caller has
     * @param store where to store it
     * @return the result
     * @throws RktException if it can't be fetched or is refused
     * @throws IOException if the transfer breaks off, or the image can't be stored
     */
    public Fetched fetch(DockerReference reference, Optional<String> knownManifest, ImageStore store)
            throws IOException, RktException {
        RegistryClient registry = RegistryClient.open(reference, transport, credentials, proxies, options, progress);
        try {
            RegistryClient.Document manifest = manifestForHost(registry, reference);
            if (knownManifest.isPresent() && knownManifest.get().equals(manifest.digest())) {
                return new Fetched(Optional.empty(), manifest.digest());
            }
            try (WorkDirectory work = store.newWork()) {
                Path aci = convert(reference, registry, manifest, work.path(), store.limits());
                try (InputStream in = Files.newInputStream(aci)) {
                    return new Fetched(Optional.of(store.add(in)), manifest.digest());
                }
            }
        } catch (RefusedImageException e) {
            throw new RktException(e.getMessage(), e);
        } catch (JsonParseException
                | IllegalStateException
                | ClassCastException
                | UnsupportedOperationException
                | NumberFormatException e) {
            throw new RktException(
                    "the registry's description of \"%s\" can't be understood: %s".formatted(reference, e.getMessage()),
                    e);
        }
    }

    private static RegistryClient.Document manifestForHost(RegistryClient registry, DockerReference reference)
            throws RktException {
        RegistryClient.Document document = registry.manifest(reference.version());
        JsonObject json = JsonParser.parseString(document.json()).getAsJsonObject();
        if (!(json.get("manifests") instanceof JsonArray manifests)) {
            return document;
        }
        List<String> platforms = new ArrayList<>();
        for (JsonElement element : manifests) {
            JsonObject entry = element.getAsJsonObject();
            JsonObject platform = entry.get("platform") instanceof JsonObject object ? object : new JsonObject();
            String name = text(platform, "os") + "/" + text(platform, "architecture");
            if (name.equals("linux/" + HostArchitecture.docker())) {
                return registry.manifest(text(entry, "digest"));
            }
            platforms.add(name);
        }
        throw new RktException("\"%s\" has no image for linux/%s, only for %s"
                .formatted(reference, HostArchitecture.docker(), String.join(", ", platforms)));
    }

    private Path convert(
            DockerReference reference,
            RegistryClient registry,
            RegistryClient.Document manifest,
            Path work,
            ImageLimits limits)
            throws IOException, RktException {
        JsonObject json = JsonParser.parseString(manifest.json()).getAsJsonObject();
        if (!json.has("config") || !(json.get("layers") instanceof JsonArray descriptors)) {
            throw new RktException("\"%s\" is of the type \"%s\", which is no image of schema 2 nor an OCI image"
                    .formatted(reference, manifest.mediaType()));
        }
        String configDigest = text(json.getAsJsonObject("config"), "digest");
        JsonObject config = config(registry, configDigest, work);
        List<String> contents = diffIds(config);
        if (contents.size() != descriptors.size() || contents.size() > MAX_LAYERS) {
            throw new RktException(
                    "\"%s\" has %d layers, and its configuration names %d; the numbers must agree, and the limit is %d"
                            .formatted(reference, descriptors.size(), contents.size(), MAX_LAYERS));
        }
        List<TarFile> layers = new ArrayList<>();
        try {
            long bytes = 0;
            LayerTree tree = new LayerTree();
            for (int i = 0; i < descriptors.size(); i++) {
                Path layer =
                        layer(registry, descriptors.get(i).getAsJsonObject(), contents.get(i), work, limits, bytes);
                bytes += Files.size(layer);
                layers.add(new TarFile(layer.toFile(), StandardCharsets.UTF_8.name()));
                tree.apply(layers.get(i), PaxAttributes.read(layer));
            }
            String text = ManifestConverter.convert(
                    reference,
                    config,
                    manifest.digest(),
                    configDigest,
                    file(tree, "etc/passwd"),
                    file(tree, "etc/group"));
            Path aci = work.resolve("image.aci");
            AciWriter.write(aci, text, tree);
            return aci;
        } finally {
            for (TarFile layer : layers) {
                layer.close();
            }
        }
    }

    private static JsonObject config(RegistryClient registry, String digest, Path work)
            throws IOException, RktException {
        Path file = work.resolve("config");
        registry.blob(digest, file, "Downloading config", -1, MAX_CONFIG_BYTES);
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }

    private static List<String> diffIds(JsonObject config) {
        List<String> ids = new ArrayList<>();
        config.getAsJsonObject("rootfs").getAsJsonArray("diff_ids").forEach(id -> ids.add(id.getAsString()));
        return ids;
    }

    /**
     * Downloads a layer and decompresses it; its first bytes tell the compression. Checks the expansion of each layer,
     * and the limit for all layers together.
     */
    private static Path layer(
            RegistryClient registry,
            JsonObject descriptor,
            String content,
            Path work,
            ImageLimits limits,
            long bytesBefore)
            throws IOException, RktException {
        String digest = text(descriptor, "digest");
        String name = digest.replaceFirst("^[a-z0-9]+:", "");
        Path compressed = work.resolve("compressed");
        long size = descriptor.has("size") ? descriptor.get("size").getAsLong() : -1;
        registry.blob(
                digest,
                compressed,
                "Downloading " + name.substring(0, Math.min(12, name.length())),
                size,
                limits.maxBytes());
        Path layer = Files.createTempFile(work, "layer", ".tar");
        Digests.Check check = Digests.check(content);
        long bytes = bytesBefore;
        try (InputStream file = Files.newInputStream(compressed);
                InputStream in = LimitedArchive.of(file, limits, "layer %s holds".formatted(digest));
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(layer), BUFFER_BYTES)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                bytes += read;
                if (bytes > limits.maxBytes()) {
                    throw new RktException("the image's layers hold more than %d bytes; RKT_IMAGE_MAX_BYTES allows more"
                            .formatted(limits.maxBytes()));
                }
                check.update(buffer, read);
                out.write(buffer, 0, read);
            }
        }
        check.require("the content of layer " + digest);
        Files.delete(compressed);
        return layer;
    }

    /** Returns a small text file of the image; an empty text if the file does not exist. */
    private static String file(LayerTree tree, String path) throws IOException, RktException {
        Optional<LayerTree.Source> source = tree.find(path).flatMap(LayerTree.Node::source);
        if (source.isEmpty() || !source.get().entry().isFile()) {
            return "";
        }
        try (InputStream content = source.get().content()) {
            return new String(content.readNBytes(MAX_CONFIG_BYTES), StandardCharsets.UTF_8);
        }
    }

    private static String text(JsonObject json, String member) {
        return json.has(member) ? json.get(member).getAsString() : "";
    }
}
