package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command that calls a server. */
abstract class ClientCommand implements Callable<Integer> {

    private final CliContext context;

    @Mixin
    private final ServerOption server;

    ClientCommand(CliContext context, ServerOption outer) {
        this.context = context;
        this.server = new ServerOption(context, outer);
    }

    @Override
    public final Integer call() {
        Optional<Integer> done = runWithoutServer();
        if (done.isPresent()) {
            return done.get();
        }
        try (GantryClient client = connect()) {
            return run(client);
        }
    }

    /** Returns another client of the server, with the tokens and files that are there now. The caller closes it. */
    final GantryClient connect() {
        return server.connect();
    }

    /** Runs the command if its options ask for no server, and returns its exit code; empty if it calls one. */
    Optional<Integer> runWithoutServer() {
        return Optional.empty();
    }

    /** Runs the command and returns its exit code. */
    abstract int run(GantryClient client);

    final CliContext context() {
        return context;
    }

    final void print(String line) {
        context.print(line);
    }
}
