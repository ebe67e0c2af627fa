package dev.gantry.rkt.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.gantry.rkt.Json;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.config.Credentials;
import dev.gantry.rkt.config.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code rkt config}: prints the configuration in the format of configuration files. */
final class ConfigCommand {

    private ConfigCommand() {}

    static void run(Session.Factory sessions, List<String> words) throws UsageException, RktException, IOException {
        List<String> operands = new ArrayList<>();
        Flags flags = Flags.read(GlobalOptions.SYNTAX, words, operands);
        if (!operands.isEmpty()) {
            throw UsageException.error("config takes no arguments");
        }
        Session session = sessions.open("config", flags);
        GlobalOptions options = session.options();
        JsonArray entries = new JsonArray();
        Credentials.read(options.configuration()).entries().forEach(entries::add);
        Settings settings = options.settings();
        JsonObject paths = entry("paths");
        paths.addProperty("data", options.dataDirectory().toString());
        settings.stage1Images().ifPresent(images -> paths.addProperty("stage1-images", images));
        entries.add(paths);
        if (settings.stage1().isPresent() || settings.stage1Location().isPresent()) {
            JsonObject stage1 = entry("stage1");
            settings.stage1().ifPresent(name -> stage1.addProperty("name", name));
            settings.stage1Version().ifPresent(version -> stage1.addProperty("version", version));
            settings.stage1Location().ifPresent(location -> stage1.addProperty("location", location));
            entries.add(stage1);
        }
        JsonObject all = new JsonObject();
        all.add("stage0", entries);
        session.out().println(Json.pretty(all));
    }

    private static JsonObject entry(String kind) {
        JsonObject entry = new JsonObject();
        entry.addProperty("rktVersion", "v1");
        entry.addProperty("rktKind", kind);
        return entry;
    }
}
