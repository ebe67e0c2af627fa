# accepted
# A job that is dispatched.
job "resize" {
  datacenters = ["dc1"]
  type        = "batch"

  parameterized {
    payload       = "required"
    meta_required = ["size"]
    meta_optional = ["format"]
  }

  task "resize" {
    driver = "rkt"

    config {
      image = "example.com/resize"
      args  = ["${NOMAD_META_size}", "${NOMAD_TASK_DIR}/in.png"]
    }

    dispatch_payload {
      file = "in.png"
    }
  }
}
