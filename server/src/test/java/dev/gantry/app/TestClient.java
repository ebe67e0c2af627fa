package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.GetAllocationRequest;
import dev.gantry.v1.GetEvaluationRequest;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetJobResponse;
import dev.gantry.v1.GetNodeRequest;
import dev.gantry.v1.Job;
import dev.gantry.v1.Node;
import dev.gantry.v1.SubmitJobResponse;
import java.util.Comparator;
import java.util.List;

/** Calls to a server that many tests share. */
record TestClient(TestServer server) {

    SubmitJobResponse submit(Job job) {
        return server.jobs().submitJob(TestJobs.submit(job));
    }

    GetJobResponse job(String jobId) {
        return server.jobs().getJob(GetJobRequest.newBuilder().setJobId(jobId).build());
    }

    /** Returns all allocations of a job, including ended ones, in the order of their placement. */
    List<Allocation> allocations(String jobId) {
        return job(jobId).getAllocationsList().stream()
                .sorted(Comparator.comparingLong(Allocation::getCreateIndex).thenComparing(Allocation::getIndex))
                .toList();
    }

    /** Returns the allocations that are desired to run and have not ended. */
    List<Allocation> wanted(String jobId) {
        return allocations(jobId).stream()
                .filter(one -> one.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_RUN)
                .filter(one -> one.getClientStatus() == ClientStatus.CLIENT_STATUS_PENDING
                        || one.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING)
                .toList();
    }

    /** Returns the allocations that are desired to run and do run. */
    List<Allocation> running(String jobId) {
        return wanted(jobId).stream()
                .filter(one -> one.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING)
                .toList();
    }

    /** Returns the running allocations of a version of the job. */
    List<Allocation> running(String jobId, long version) {
        return running(jobId).stream()
                .filter(one -> one.getJobVersion() == version)
                .toList();
    }

    /** Waits until this many run, and no others are wanted. */
    List<Allocation> awaitRunning(String jobId, int count) {
        eventually().until(() -> running(jobId).size() == count && wanted(jobId).size() == count);
        return running(jobId);
    }

    Allocation allocation(String id) {
        return server.allocations()
                .getAllocation(
                        GetAllocationRequest.newBuilder().setAllocationId(id).build())
                .getAllocation();
    }

    /** Waits until the job's newest evaluation is in a state. */
    Evaluation awaitEvaluation(String jobId, EvaluationStatus status) {
        eventually().until(() -> job(jobId).getEvaluation().getStatus() == status);
        return evaluation(job(jobId).getEvaluation().getId());
    }

    Evaluation evaluation(String id) {
        return server.jobs()
                .getEvaluation(
                        GetEvaluationRequest.newBuilder().setEvaluationId(id).build())
                .getEvaluation();
    }

    Node node(String name) {
        return server.nodes()
                .getNode(GetNodeRequest.newBuilder().setNodeId(name).build())
                .getNode();
    }
}
