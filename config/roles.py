"""What `manage.py serve ROLE ...` can run, and where it lives. Imports happen in `serve`: a role loads only itself."""

SERVICES = {
    "userservice": "userservice.handlers",
    "messageservice": "messageservice.handlers",
    "jobs": "jobs.handlers",
    "eventlog": "eventlog.handlers",
}
"""Role → module whose `service` is a `bus.service.Service`. Several may share one process."""

PROCESSES = {
    "gateway": "apigateway.server",
    "relay": "eventlog.relay",
    "worker": "jobs.worker",
    "scheduler": "jobs.scheduler",
    "admin": "config.admin_server",
}
"""Role → module whose `main()` runs until SIGTERM and returns the exit code."""
