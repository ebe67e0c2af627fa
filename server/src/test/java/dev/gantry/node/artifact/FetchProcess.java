package dev.gantry.node.artifact;

import java.nio.file.Path;

/** A process that fetches an artifact: to be killed. */
final class FetchProcess {

    private FetchProcess() {}

    public static void main(String[] args) throws Exception {
        ArtifactsFixture fixture = new ArtifactsFixture(Path.of(args[0]));
        fixture.artifacts(ArtifactsFixture.SMALL, args[1])
                .fetch(ArtifactsFixture.request(args[2]), fixture.task, ArtifactsFixture::nobody);
    }
}
