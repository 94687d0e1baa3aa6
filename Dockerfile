# Airflow with Meshwright inside: one image for every component of docker-compose.yml.
FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY examples examples
COPY templates templates
COPY docs/diagnostics.md docs/
RUN pip install --no-cache-dir build && python -m build --wheel --outdir /dist

# The official image brings the providers for Celery, Redis and PostgreSQL.
FROM apache/airflow:3.3.2-python3.12
COPY --from=build /dist /dist
# Airflow's own version is named again, so that no dependency of ours can move it.
RUN pip install --no-cache-dir "apache-airflow==${AIRFLOW_VERSION}" "meshwright[airflow,google,kafka,postgres] @ file://$(ls /dist/*.whl)"
USER root
# Named volumes take the owner of the folder that they are first mounted on.
RUN install -d -o airflow -g root /mesh/store /mesh/data
USER airflow
