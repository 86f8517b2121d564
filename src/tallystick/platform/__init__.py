"""What every capability stands on: settings, store, log, objects, jobs, http, auth, telemetry, web, supervisor."""
