"""How often a device was called of late is asked with each call."""

from alembic import op

revision = "0009"
down_revision = '0008'


def upgrade():
    op.create_index("ix_outbox_device", "outbox", ["home_id", "device", "made_ms"])


def downgrade():
    op.drop_index("ix_outbox_device", "outbox")
