package dev.gantry.rkt.pod;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.gantry.rkt.Json;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The bundles of a pod of the crun flavour, as {@code prepare} has written them. */
public final class PreparedBundles {

    private final Path pod;

    /**
     * Opens them.
     *
     * @param pod the pod's directory
     */
    public PreparedBundles(Path pod) {
        this.pod = pod;
    }

    /**
     * Removes protections from all apps of the pod, and from commands that enter it. Protections that were removed
     * before stay removed.
     *
     * @param kept the protections that still apply to the apps
     * @throws IOException if a file can't be read or written
     */
    public void relax(Confinement kept) throws IOException {
        try (DirectoryStream<Path> apps = Files.newDirectoryStream(pod.resolve("app"))) {
            for (Path app : apps) {
                relaxConfig(app.resolve(BundleConfig.CONFIG), kept);
                for (String handler : EventHandlers.NAMES) {
                    Path file = app.resolve(handler + ".json");
                    if (Files.exists(file)) {
                        relaxConfig(file, kept);
                    }
                }

                String text =
                        Files.readString(app.resolve(BundleConfig.PROCESS)).strip();
                JsonObject process = parse(text + BundleConfig.END_OF_PROCESS);
                relaxProcess(process, kept);
                replace(app.resolve(BundleConfig.PROCESS), BundleConfig.open(process));
            }
        }
    }

    private static void relaxConfig(Path file, Confinement kept) throws IOException {
        JsonObject config = parse(Files.readString(file));
        relaxProcess(config.getAsJsonObject("process"), kept);
        BundleConfig.relaxLinux(config.getAsJsonObject("linux"), kept);
        replace(file, Json.compact(config));
    }

    private static void relaxProcess(JsonObject process, Confinement kept) throws IOException {
        if (!kept.capabilities()) {
            long user = process.getAsJsonObject("user").get("uid").getAsLong();
            process.add("capabilities", Capabilities.all(user));
        }
    }

    private static JsonObject parse(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    private static void replace(Path file, String text) throws IOException {
        Path replacement = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(replacement, text + "\n");
        Files.move(replacement, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
