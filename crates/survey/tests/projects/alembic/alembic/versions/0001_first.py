import sqlalchemy as sa
from alembic import op


def timestamps():
    return (sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),)


def upgrade():
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("author_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("body", sa.Text),
        *timestamps(),
    )


def downgrade():
    op.drop_table("articles")
