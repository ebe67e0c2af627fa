package dev.gantry.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code --db} and its companions: the database of a server that runs in a process of its own. */
public final class DatabaseOptions {

    @Option(
            names = "--db",
            paramLabel = "URL",
            description =
                    "The server's database in PostgreSQL, as of gantry server; it must be empty, and what the command stores"
                            + " there stays. Default: H2, in a temporary directory.")
    private Optional<String> url = Optional.empty();

    @Option(names = "--db-user", paramLabel = "NAME", description = "The role in PostgreSQL.")
    private Optional<String> user = Optional.empty();

    @Option(
            names = "--db-password-file",
            paramLabel = "FILE",
            description = "The file with the role's password. Default: the value of GANTRY_DB_PASSWORD.")
    private Optional<Path> passwordFile = Optional.empty();

    /** Makes the options of H2; the command line may set others. */
    public DatabaseOptions() {}

    /**
     * Returns the address of the database.
     *
     * @return the URL; empty: H2, in a file of the server
     */
    public Optional<String> url() {
        return url;
    }

    /**
     * Returns the options of {@code gantry server} that name the database and the role.
     *
     * @return the options; none for H2
     */
    public List<String> toServerOptions() {
        List<String> options = new ArrayList<>(roleOptions());
        url.ifPresent(given -> options.add("--db=" + given));
        return options;
    }

    /**
     * Returns the options of {@code gantry server} that name the role, for a database at another address.
     *
     * @return the options
     */
    public List<String> roleOptions() {
        List<String> options = new ArrayList<>();
        user.ifPresent(given -> options.add("--db-user=" + given));
        passwordFile.ifPresent(given -> options.add("--db-password-file=" + given));
        return options;
    }
}
