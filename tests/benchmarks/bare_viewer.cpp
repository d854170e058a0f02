// The floor of goal 2: the least that shows a photo fitted to the window, with Qt's own decoder.
#include <QApplication>
#include <QImageReader>
#include <QMainWindow>
#include <QPainter>

class Pane : public QWidget {
public:
    QImage image;

protected:
    void paintEvent(QPaintEvent *) override {
        QPainter painter(this);
        painter.fillRect(rect(), QColor(30, 30, 30));
        painter.drawImage((width() - image.width()) / 2, (height() - image.height()) / 2, image);
    }
};

int main(int count, char **arguments) {
    QApplication application(count, arguments);
    QMainWindow window;
    auto *pane = new Pane;
    window.setCentralWidget(pane);
    window.resize(1600, 1000);
    window.show();
    application.processEvents();
    QImageReader reader(QString::fromLocal8Bit(arguments[1]));
    reader.setAutoTransform(true);
    reader.setScaledSize(reader.size().scaled(2560, 1440, Qt::KeepAspectRatio));
    pane->image = reader.read();
    pane->update();
    return application.exec();
}
