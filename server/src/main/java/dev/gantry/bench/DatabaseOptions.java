package dev.gantry.bench;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.GetStatusResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** {@code --db} and its companions: the database of the measured server. */
final class DatabaseOptions {

    @Option(
            names = "--db",
            paramLabel = "URL",
            description =
                    "The server's database in PostgreSQL, as of gantry server; it must be empty, and what the command stores"
                            + " there stays. The password is the value of GANTRY_DB_PASSWORD. Default: H2, in a temporary directory.")
    private String url;

    @Option(names = "--db-user", paramLabel = "NAME", description = "The role in PostgreSQL.")
    private String user;

    @Option(names = "--db-password-file", paramLabel = "FILE", description = "The file with the role's password.")
    private Path passwordFile;

    /** Returns true if the database is a file of the server. */
    boolean isEmbedded() {
        return url == null;
    }

    /** Returns the options of {@code gantry server}. */
    List<String> toServerOptions() {
        List<String> options = new ArrayList<>();
        add(options, "--db", url);
        add(options, "--db-user", user);
        add(options, "--db-password-file", passwordFile);
        return options;
    }

    private static void add(List<String> options, String name, Object value) {
        if (value != null) {
            options.add(name);
            options.add(value.toString());
        }
    }

    /**
     * Refuses a database that is in use: the command would submit thousands of jobs to its cluster.
     *
     * @throws IllegalStateException if the database has jobs or nodes
     */
    void requireUnused(GantryClient client) {
        GetStatusResponse status = client.status();
        if (status.getJobs() > 0 || status.getNodesReady() + status.getNodesDown() + status.getNodesRefusing() > 0) {
            throw new IllegalStateException(
                    "The database %s has jobs or nodes; name an empty one, made for the measurement".formatted(url));
        }
    }
}
