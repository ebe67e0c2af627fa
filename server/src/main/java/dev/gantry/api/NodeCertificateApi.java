package dev.gantry.api;

import com.google.protobuf.ByteString;
import dev.gantry.api.access.NodeHeaders;
import dev.gantry.cluster.RefusedException;
import dev.gantry.cluster.node.NodeAdmission;
import dev.gantry.cluster.node.NodeCredentials;
import dev.gantry.tls.CertificateRequest;
import dev.gantry.tls.OwnCertificates;
import dev.gantry.tls.TlsException;
import dev.gantry.v1.IssueNodeCertificateRequest;
import dev.gantry.v1.IssueNodeCertificateResponse;
import dev.gantry.v1.NodeCertificateServiceGrpc.NodeCertificateServiceImplBase;
import io.grpc.stub.StreamObserver;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code gantry.v1.NodeCertificateService}. */
final class NodeCertificateApi extends NodeCertificateServiceImplBase {

    private static final Logger LOG = LoggerFactory.getLogger(NodeCertificateApi.class);

    private final NodeAdmission admission;
    private final Optional<OwnCertificates> authority;

    /**
     * Makes the service.
     *
     * @param admission decides which nodes get a certificate
     * @param authority issues certificates; empty if the server has no CA of its own
     */
    NodeCertificateApi(NodeAdmission admission, Optional<OwnCertificates> authority) {
        this.admission = admission;
        this.authority = authority;
    }

    @Override
    public void issueNodeCertificate(
            IssueNodeCertificateRequest request, StreamObserver<IssueNodeCertificateResponse> observer) {
        NodeCredentials node = NodeHeaders.current();
        Optional<AuditedCall> audited = AuditedCall.current();
        audited.ifPresent(call -> call.about(Map.of("node_name", request.getNodeName())));
        Responses.answer(observer, () -> {
            Violations violations = new Violations();
            violations.checkName("node_name", request.getNodeName());
            violations.requireNone();
            String name = request.getNodeName();
            admission.checkCertificate(node, name);
            audited.ifPresent(AuditedCall::proved);
            OwnCertificates issuer = authority.orElseThrow(() -> notIssuing(name));
            List<X509Certificate> chain = issuer.issueForNode(name, key(request));
            LOG.info(
                    "Issued a certificate to node {} ({}), valid until {}",
                    name,
                    node.nodeId().orElse(""),
                    chain.get(0).getNotAfter().toInstant());
            return answer(chain, issuer.authority());
        });
    }

    private static PublicKey key(IssueNodeCertificateRequest request) {
        try {
            return CertificateRequest.read(request.getRequest().toByteArray());
        } catch (TlsException e) {
            throw new InvalidRequestException("request", e.getMessage());
        }
    }

    private static IssueNodeCertificateResponse answer(List<X509Certificate> chain, X509Certificate authority) {
        IssueNodeCertificateResponse.Builder answer = IssueNodeCertificateResponse.newBuilder();
        try {
            for (X509Certificate certificate : chain) {
                answer.addChain(ByteString.copyFrom(certificate.getEncoded()));
            }
            return answer.setAuthority(ByteString.copyFrom(authority.getEncoded()))
                    .build();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("A certificate that was made can be written", e);
        }
    }

    private static RefusedException notIssuing(String name) {
        return new RefusedException(
                ("This server can't issue certificates: it has no CA of its own (gantry server --tls). Make one with gantry"
                                + " tls cert create --node %s, and give it to the node with --cert-file and --key-file")
                        .formatted(name));
    }
}
