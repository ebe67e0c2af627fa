package dev.gantry.node.allocation;

import dev.gantry.v1.FileAnswer;
import dev.gantry.v1.FileQuestion;
import java.util.concurrent.CompletableFuture;

/** Asks the server for the data that an allocation takes over from another node. */
@FunctionalInterface
public interface DataSource {

    /**
     * Asks for a file. Without a server the question waits for one. Any thread may call this method.
     *
     * @param question the question; its allocation is the one that takes the data over
     * @param answer is completed with the answer. Once it is done otherwise, the question is dropped
     */
    void ask(FileQuestion question, CompletableFuture<FileAnswer> answer);
}
