"""One download through Warren, from the request to the event that it has succeeded.

`python -m bench.programs.download_job PORT TOKEN URL`.
"""

import json
import sys
import time
from uuid import uuid4

from bench.programs.picture_jobs import Client, state


def run(client: Client, url: str) -> dict[str, float]:
    began = time.perf_counter()
    wanted = {"kind": "download.fetch", "params": {"url": url}, "client_id": str(uuid4())}
    job = client.ask("job.create", wanted)["job"]
    told = client.frame(lambda frame: state(frame, "job", job["id"]) in {"succeeded", "failed", "cancelled"})
    ended = told["data"]["job"]
    if ended["state"] != "succeeded":
        sys.exit(f"the job failed: {ended['error']}")
    return {"MB/s": ended["result"]["files"][0]["size"] / (time.perf_counter() - began) / 1e6}


if __name__ == "__main__":
    port, token, url = sys.argv[1:]
    print(json.dumps(run(Client(int(port), token), url)))
